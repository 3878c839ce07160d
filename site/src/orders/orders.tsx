/** The caller's orders, newest first: place one, cancel one. Row-level security decides which these are. */
import { useCallback, useEffect, useState } from 'react';
import { client, dataOf, messageOf } from '../client.js';
import type { User } from '../session.js';
import { formatCents, type Order } from './order.js';
import { PlaceOrder } from './place-order.js';
import { Totals } from './totals.js';

const PAGE_SIZE = 10;

export function Orders({ isAdmin }: Pick<User, 'isAdmin'>) {
  const [orders, setOrders] = useState<readonly Order[]>();
  const [nextToken, setNextToken] = useState<string | null>();
  const [problem, setProblem] = useState<string>();

  const load = useCallback(async (after?: string) => {
    try {
      const page = dataOf(await client.queries.listOrders({ limit: PAGE_SIZE, ...(after && { nextToken: after }) }));
      setOrders((before) => (after ? [...(before ?? []), ...page.items] : page.items));
      setNextToken(page.nextToken);
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, []);
  useEffect(() => void load(), [load]);

  const cancel = async (id: string) => {
    try {
      const cancelled = dataOf(await client.mutations.cancelOrder({ id }));
      setOrders((before) => before?.map((order) => (order.id === id ? cancelled : order)));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  return (
    <>
      <PlaceOrder onPlaced={(order) => setOrders((before) => addOrder(before, order))} />
      <section aria-labelledby="orders-title">
        <h2 id="orders-title">Your orders</h2>
        <p role="alert" className="problem">
          {problem}
        </p>
        {orders === undefined && problem === undefined && <p>One moment…</p>}
        {orders?.length === 0 && <p>You have no orders yet.</p>}
        <ul className="orders" aria-live="polite">
          {orders?.map((order) => (
            <OrderItem key={order.id} order={order} onCancel={() => void cancel(order.id)} />
          ))}
        </ul>
        {nextToken && (
          <button type="button" className="quiet" onClick={() => void load(nextToken)}>
            Show more
          </button>
        )}
      </section>
      {isAdmin && <Totals />}
    </>
  );
}

/** Once, although the answer and the subscription both tell of it. */
function addOrder(before: readonly Order[] | undefined, order: Order): readonly Order[] {
  return [order, ...(before ?? []).filter(({ id }) => id !== order.id)];
}

function OrderItem({ order, onCancel }: { readonly order: Order; readonly onCancel: () => void }) {
  const { status, currency, totalCents, lines, createdAt } = order;
  return (
    <li>
      <div>
        <strong>{formatCents(totalCents, currency)}</strong>{' '}
        <span className={`status ${status.toLowerCase()}`}>{status.toLowerCase()}</span>
      </div>
      <div className="lines">{lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}</div>
      <time dateTime={createdAt}>{new Date(createdAt).toLocaleString()}</time>
      {status === 'PLACED' && (
        <button type="button" className="quiet" onClick={onCancel}>
          Cancel<span className="for-readers"> the order of {formatCents(totalCents, currency)}</span>
        </button>
      )}
    </li>
  );
}
