/**
 * From nothing to the first row: PGlite on a folder, its socket server, and src/orders over packages/lambda/src/database on a pool to it. On
 * a new folder it places the order first that is read. Prints {"order":…}, and goes on until SIGINT, as a local mode does.
 *
 * Usage: node --import tsx packages/benchmarks/src/peers/pglite/first-row.ts FOLDER
 */
import process from 'node:process';
import { createOrder, listOrders } from '@vpc-postgres/testing/app/src/orders/orders.js';
import pg from 'pg';
import { databaseOver } from '../../database-over.js';
import { CALLER, ORDER } from '../../order.js';
import { connectionTo, startPglite } from './pglite.js';

const [folder = ''] = process.argv.slice(2);
const server = await startPglite(folder);
const pool = new pg.Pool({ ...connectionTo(server.port), max: 1 });
process.once('SIGINT', async () => {
  await pool.end();
  await server.stop();
});
// There are no logins: whose policies hold is said to the one session.
await pool.query('set role app');
const database = databaseOver(pool);
if (server.isNew) await createOrder(database, CALLER, ORDER);
const { items } = await listOrders(database, CALLER, { status: null, limit: 1, after: null });
console.log(JSON.stringify({ order: items[0] }));
