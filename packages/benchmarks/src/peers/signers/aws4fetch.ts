/** aws4fetch: WebCrypto, so each of its six digests is a promise. */
import { AwsV4Signer } from 'aws4fetch';
import { region, server } from '../environment.js';
import { credentials } from './credentials.js';
import { serve } from './serve.js';

async function token(): Promise<string> {
  const { host, port, user } = server;
  const signer = new AwsV4Signer({
    ...credentials,
    service: 'rds-db',
    region,
    method: 'GET',
    signQuery: true,
    url: `https://${host}:${port}/?Action=connect&DBUser=${encodeURIComponent(user)}&X-Amz-Expires=900`,
  });
  const { url } = await signer.sign();
  return url.href.slice('https://'.length);
}

export const handler = await serve(token);
