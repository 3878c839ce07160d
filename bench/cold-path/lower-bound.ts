/** As little as can be: one client of pg, opened while the module loads, and the shortest possible signature. */
import { createHash, createHmac } from 'node:crypto';
import process from 'node:process';
import pg from 'pg';
import { BARE_READ } from '../bare-read.js';

const env = process.env as Record<string, string>;
const { DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_NAME: database, DATABASE_USER: user } = env;

function token(): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope: string[] = [time.slice(0, 8), `${env.AWS_REGION}`, 'rds-db', 'aws4_request'];
  const query = `Action=connect&DBUser=${user}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(
    `${env.AWS_ACCESS_KEY_ID}/${scope.join('/')}`,
  )}&X-Amz-Date=${time}&X-Amz-Expires=900&X-Amz-Security-Token=${encodeURIComponent(
    `${env.AWS_SESSION_TOKEN}`,
  )}&X-Amz-SignedHeaders=host`;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const request = `GET\n/\n${query}\nhost:${host}:${port}\n\nhost\n${sha256('')}`;
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope.join('/')}\n${sha256(request)}`).toString('hex');
  return `${host}:${port}/?${query}&X-Amz-Signature=${signature}`;
}

const client = new pg.Client({ host, port: Number(port), database, user, password: token, ssl: true });
await client.connect();

export async function handler({ arguments: { id } }: { arguments: { id: string } }) {
  const { rows } = await client.query(BARE_READ, [id]);
  return { data: rows[0] };
}
