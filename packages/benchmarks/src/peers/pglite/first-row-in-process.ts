/**
 * As first-row.ts, with as little as PGlite needs: in the process of its user, as AWS Blocks embeds it, without a socket
 * server and node-postgres. packages/lambda/src/database speaks to a pool of node-postgres, so one statement stands for src/orders.
 *
 * Usage: node --import tsx packages/benchmarks/src/peers/pglite/first-row-in-process.ts FOLDER
 */
import process from 'node:process';
import { PGlite } from '@electric-sql/pglite';
import type { ClientBase } from 'pg';
import { CALLER } from '../../order.js';
import { isNewFolder, prepareTables } from './tables.js';

const [folder = ''] = process.argv.slice(2);
const isNew = await isNewFolder(folder);
const database = await PGlite.create(folder);
process.once('SIGINT', () => void database.close().then(() => process.exit()));
await prepareTables(asClient(database), isNew);
const [order] = await database.transaction(async (transaction) => {
  await transaction.query('set local role app');
  await transaction.query("select identity.assume($1, '{}')", [CALLER.sub]);
  if (isNew) await transaction.query(`insert into orders (currency, total_cents) values ('EUR', 2580)`);
  return (await transaction.query('select * from orders order by created_at desc limit 1')).rows;
});
console.log(JSON.stringify({ order }));
// A local mode goes on, and nothing else here keeps the process.
setInterval(() => {}, 60_000);

/** As far as the migrations use one. */
function asClient(pglite: PGlite): ClientBase {
  const query = async (statement: string | { text: string; values: unknown[] }) =>
    typeof statement === 'string' ? pglite.exec(statement) : pglite.query(statement.text, statement.values);
  return { query } as unknown as ClientBase;
}
