/** What the signers are measured in: one client of pg that opens while the module loads, and one statement. No less would answer. */
import pg from 'pg';
import { BARE_READ } from '../../bare-read.js';
import { type GetOrderEvent, server } from '../environment.js';

export async function serve(password: () => string | Promise<string>) {
  const client = new pg.Client({ ...server, password, ssl: true });
  await client.connect();
  return async ({ arguments: { id } }: GetOrderEvent) => {
    const { rows } = await client.query(BARE_READ, [id]);
    return { data: rows[0] };
  };
}
