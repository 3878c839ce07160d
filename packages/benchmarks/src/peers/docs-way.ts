/** pg with @aws-sdk/rds-signer, as AWS's and node-postgres's documentation show them together. */
import { Signer } from '@aws-sdk/rds-signer';
import pg from 'pg';
import { BARE_READ } from '../bare-read.js';
import { type GetOrderEvent, region, server } from './environment.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });
const pool = new pg.Pool({ ...server, password: () => signer.getAuthToken(), ssl: true });

export async function handler({ arguments: { id } }: GetOrderEvent) {
  const { rows } = await pool.query(BARE_READ, [id]);
  return { data: rows[0] };
}
