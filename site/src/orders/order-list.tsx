/** The orders of the one who is signed in: those that there are, one that is placed in another tab, and a form for the next. */
import { useEffect, useState } from 'react';
import type { Schema } from '../../../amplify/data/schema.js';
import { client, dataOf } from '../client.js';
import { describe, Field, Form } from '../form.js';
import type { User } from '../user.js';
import { formatMoney } from './money.js';

type Order = Schema['Order']['type'];

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A form that is sent twice places one order. */
const newKey = () => crypto.randomUUID();

export function OrderList({ user }: { user: User }) {
  const [orders, setOrders] = useState<Order[]>();
  const [nextToken, setNextToken] = useState<string | null>();
  const [problem, setProblem] = useState('');
  const [idempotencyKey, setKey] = useState(newKey);

  const put = (order: Order) =>
    setOrders((before = []) =>
      before.some(({ id }) => id === order.id)
        ? before.map((other) => (other.id === order.id ? order : other))
        : [order, ...before],
    );
  const load = async (token?: string | null) => {
    try {
      const page = dataOf(await client.queries.listOrders({ limit: 10, nextToken: token ?? null }));
      setOrders((before = []) => (token ? [...before, ...page.items] : page.items));
      setNextToken(page.nextToken ?? null);
    } catch (error) {
      setProblem(describe(error));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each user, whose id is the key of this page.
  useEffect(() => {
    void load();
    const subscription = client.subscriptions.onOrderPlaced({ customerSub: user.userId }).subscribe({
      next: put,
      error: (error) => setProblem(`New orders are not shown until you reload: ${describe(error)}`),
    });
    return () => subscription.unsubscribe();
  }, []);

  const place = async ({ sku = '', quantity, price }: Record<string, string>) => {
    const line = { sku, quantity: Number(quantity), unitPriceCents: Math.round(Number(price) * 100) };
    put(dataOf(await client.mutations.createOrder({ currency: 'EUR', lines: [line], idempotencyKey })));
    setKey(newKey());
  };
  const cancel = async (id: string) => put(dataOf(await client.mutations.cancelOrder({ id })));

  return (
    <section aria-labelledby="orders">
      <h1 id="orders">Orders</h1>
      <Form submit="Place order" onSubmit={place}>
        <Field label="Article" name="sku" maxLength={64} defaultValue="TEA-1" />
        <Field label="Quantity" name="quantity" type="number" min={1} max={10000} defaultValue={1} />
        <Field label="Price in EUR" name="price" type="number" min={0} step={0.01} defaultValue="12.90" />
      </Form>
      <p role="alert">{problem}</p>
      {orders === undefined && <p role="status">Loading …</p>}
      {orders?.length === 0 && <p>You have no orders yet.</p>}
      <ul>
        {orders?.map((order) => (
          <li key={order.id}>
            <span>{order.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}</span>
            <span>{formatMoney(order.totalCents, order.currency)}</span>
            <time dateTime={order.createdAt}>{dates.format(new Date(order.createdAt))}</time>
            {order.status === 'PLACED' ? (
              <Form submit="Cancel" onSubmit={() => cancel(order.id)} />
            ) : (
              <span className="quiet">cancelled</span>
            )}
          </li>
        ))}
      </ul>
      {nextToken && <Form submit="Show more" onSubmit={() => load(nextToken)} />}
    </section>
  );
}
