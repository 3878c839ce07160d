/** For the group admins: totals over all customers. AppSync refuses everybody else. */
import { useCallback, useEffect, useState } from 'react';
import { client, dataOf, messageOf } from '../client.js';
import { formatCents, type OrderTotal } from './order.js';

export function Totals() {
  const [totals, setTotals] = useState<readonly OrderTotal[]>();
  const [problem, setProblem] = useState<string>();

  const load = useCallback(async () => {
    try {
      setTotals(dataOf(await client.queries.orderTotals()));
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, []);
  useEffect(() => void load(), [load]);

  return (
    <section aria-labelledby="totals-title">
      <h2 id="totals-title">Totals of all customers</h2>
      <p role="alert" className="problem">
        {problem}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Currency</th>
            <th scope="col">Orders</th>
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {totals?.map(({ currency, orderCount, totalCents }) => (
            <tr key={currency}>
              <td>{currency}</td>
              <td>{orderCount}</td>
              <td>{formatCents(totalCents, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" className="quiet" onClick={() => void load()}>
        Refresh
      </button>
    </section>
  );
}
