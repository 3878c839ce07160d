/** The shortest possible signature, for plain names: with this signer, `serve` is as little as can be. */
import { createHash, createHmac } from 'node:crypto';
import process from 'node:process';
import { server } from '../environment.js';
import { serve } from './serve.js';

const env = process.env as Record<string, string>;

function token(): string {
  const { host, port, user } = server;
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

export const handler = await serve(token);
