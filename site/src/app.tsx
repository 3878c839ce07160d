import { signOut } from 'aws-amplify/auth';
import { Authentication } from './authentication.js';
import { Orders } from './orders/orders.js';
import { useUser } from './session.js';

export function App() {
  const user = useUser();
  return (
    <>
      <header>
        <h1>Orders</h1>
        {user && (
          <p className="account">
            <span>{user.email}</span>
            <button type="button" className="quiet" onClick={() => void signOut()}>
              Sign out
            </button>
          </p>
        )}
      </header>
      <main>
        {user === null && <Authentication />}
        {user && <Orders key={user.email} isAdmin={user.isAdmin} />}
      </main>
    </>
  );
}
