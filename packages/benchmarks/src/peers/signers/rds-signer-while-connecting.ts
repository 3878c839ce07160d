/** @aws-sdk/rds-signer, loaded while TCP and TLS are on their way: pg asks for the password only then. */
import { region, server } from '../environment.js';
import { credentials } from './credentials.js';
import { serve } from './serve.js';

async function token(): Promise<string> {
  const { Signer } = await import('@aws-sdk/rds-signer');
  const { host: hostname, port, user: username } = server;
  return new Signer({ hostname, port, username, region, credentials }).getAuthToken();
}

export const handler = await serve(token);
