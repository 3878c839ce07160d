/** @smithy/signature-v4, which rds-signer itself signs with, without the providers of credentials around it. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { region, server } from '../environment.js';
import { credentials } from './credentials.js';
import { serve } from './serve.js';

const signer = new SignatureV4({ service: 'rds-db', region, credentials, sha256: Sha256 });

async function token(): Promise<string> {
  const { host: hostname, port, user } = server;
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      port,
      path: '/',
      headers: { host: `${hostname}:${port}` },
      query: { Action: 'connect', DBUser: user },
    },
    { expiresIn: 900 },
  );
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${hostname}:${port}/?${parameters.join('&')}`;
}

export const handler = await serve(token);
