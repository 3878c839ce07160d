/** What a signed-in user sees. */
import { OrderList } from './orders/order-list.js';
import { Overview } from './orders/overview.js';
import type { User } from './user.js';

export function Home({ user }: { user: User }) {
  return (
    <>
      <OrderList user={user} />
      {user.isAdmin && <Overview />}
    </>
  );
}
