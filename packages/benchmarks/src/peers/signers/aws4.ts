/** aws4: one small CommonJS file, no dependency, no types of its own. */
import aws4 from 'aws4';
import { region, server } from '../environment.js';
import { credentials } from './credentials.js';
import { serve } from './serve.js';

function token(): string {
  const { host, port, user } = server;
  const { path } = aws4.sign(
    {
      service: 'rds-db',
      region,
      signQuery: true,
      // Without it aws4 names a port of its own choice.
      headers: { Host: `${host}:${port}` },
      path: `/?Action=connect&DBUser=${encodeURIComponent(user)}&X-Amz-Expires=900`,
    },
    credentials,
  );
  return `${host}:${port}${path}`;
}

export const handler = await serve(token);
