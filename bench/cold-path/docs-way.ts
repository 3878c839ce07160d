/** The peer: pg with @aws-sdk/rds-signer, as AWS's and node-postgres's documentation show them together. */
import process from 'node:process';
import { Signer } from '@aws-sdk/rds-signer';
import pg from 'pg';
import { BARE_READ } from '../bare-read.js';

const { DATABASE_HOST: host = '', DATABASE_PORT, DATABASE_NAME: database, DATABASE_USER: user = '' } = process.env;
const port = Number(DATABASE_PORT);
const signer = new Signer({ hostname: host, port, username: user, region: process.env.AWS_REGION ?? '' });
const pool = new pg.Pool({ host, port, database, user, password: () => signer.getAuthToken(), ssl: true });

export async function handler({ arguments: { id } }: { arguments: { id: string } }) {
  const { rows } = await pool.query(BARE_READ, [id]);
  return { data: rows[0] };
}
