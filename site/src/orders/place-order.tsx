import { useState } from 'react';
import { client, dataOf } from '../client.js';
import { Field, Form, text } from '../form.js';
import { formatCents, type Order } from './order.js';

const CURRENCIES = ['EUR', 'CHF', 'GBP', 'USD'];

export function PlaceOrder({ onPlaced }: { readonly onPlaced: (order: Order) => void }) {
  // The same for each attempt to send this order: sent twice, it is placed once.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const [placed, setPlaced] = useState<string>();

  const place = async (values: FormData) => {
    const line = {
      sku: text(values, 'sku'),
      quantity: Number(text(values, 'quantity')),
      unitPriceCents: Math.round(Number(text(values, 'price')) * 100),
    };
    const currency = text(values, 'currency');
    const order = dataOf(await client.mutations.createOrder({ currency, lines: [line], idempotencyKey }));
    setIdempotencyKey(crypto.randomUUID());
    setPlaced(`Placed: ${formatCents(order.totalCents, order.currency)}.`);
    onPlaced(order);
  };

  return (
    <Form title="Place an order" submit="Place order" onSubmit={place} footer={<output>{placed}</output>}>
      <div className="fields">
        <Field label="Article" name="sku" defaultValue="TEA-ASSAM-500G" maxLength={64} />
        <Field label="Quantity" name="quantity" type="number" min={1} max={10_000} defaultValue={1} />
        <Field label="Price of one" name="price" type="number" min={0} step="0.01" defaultValue="12.90" />
        <label>
          Currency
          <select name="currency">
            {CURRENCIES.map((currency) => (
              <option key={currency}>{currency}</option>
            ))}
          </select>
        </label>
      </div>
    </Form>
  );
}
