/** For admins: the totals of all customers, and the database that answers. */
import { useEffect, useState } from 'react';
import type { Schema } from '../../../amplify/data/schema.js';
import { client, dataOf } from '../client.js';
import { describe } from '../form.js';
import { formatMoney } from './money.js';

interface Figures {
  totals: Schema['orderTotals']['returnType'];
  database: Schema['databaseStatus']['returnType'];
}

export function Overview() {
  const [figures, setFigures] = useState<Figures>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const load = async () => {
      const [totals, database] = await Promise.all([client.queries.orderTotals(), client.queries.databaseStatus()]);
      setFigures({ totals: dataOf(totals), database: dataOf(database) });
    };
    load().catch((error) => setProblem(describe(error)));
  }, []);

  return (
    <section aria-labelledby="overview">
      <h2 id="overview">All customers</h2>
      <p role="alert">{problem}</p>
      {figures && (
        <dl>
          {figures.totals.map(({ currency, orderCount, totalCents }) => (
            <div key={currency}>
              <dt>
                {currency}, {orderCount} {orderCount === 1 ? 'order' : 'orders'}
              </dt>
              <dd>{formatMoney(totalCents, currency)}</dd>
            </div>
          ))}
          <div>
            <dt>Database</dt>
            <dd>
              PostgreSQL {figures.database.version}, {(figures.database.sizeBytes / 1e6).toFixed(1)} MB, as{' '}
              {figures.database.user}
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}
