/**
 * The load on PGlite in the process of its users: each transaction is BEGIN, statements and COMMIT by query(), as withRLS of
 * AWS Blocks sends them. PGlite's own transaction() keeps the others waiting, and is not what this measures. Prints the
 * counts, and ends.
 *
 * Usage: node --import tsx packages/benchmarks/src/peers/pglite/in-process.ts FOLDER
 */
import process from 'node:process';
import { INSERT_ROWS, POLICY_BY_SETTING, runLoad, USERS } from '../../rls-load/load.js';
import { byTransaction } from '../../rls-load/ways.js';
import { startPglite } from './pglite.js';

const [folder = ''] = process.argv.slice(2);
const { database, stop } = await startPglite(folder);
await database.query(INSERT_ROWS, [USERS]);
await database.query(POLICY_BY_SETTING);
await database.query('set role app');
console.log(JSON.stringify(await runLoad((user) => byTransaction(database, user))));
await stop();
