/** A program that starts PostgreSQL on the folder given, says where, and then waits to be killed. For the tests beside it. */
import process from 'node:process';
import { startPostgres } from '../../../src/postgres/cluster.js';

try {
  const postgres = await startPostgres({ dataDirectory: process.argv[2] ?? '' });
  console.log(postgres.socketDirectory);
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(String(error));
}
