import { afterEach, expect, test, vi } from 'vitest';
import { iamTokenSigner } from '../../../src/database/iam-token.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('signs a token for the host, port and user of the settings, from the credentials in the environment', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a-session');
  const sign = iamTokenSigner({ host: 'db.example', port: 5433, user: 'app', database: 'app', region: 'eu-west-1' });

  const token = await sign();

  const { hostname, port, searchParams } = new URL(`https://${token}`);
  expect({ hostname, port }).toEqual({ hostname: 'db.example', port: '5433' });
  expect(Object.fromEntries(searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'app',
    'X-Amz-Expires': '900',
    'X-Amz-Security-Token': 'a-session',
    'X-Amz-Credential': expect.stringMatching(/^ASIAEXAMPLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/),
  });
  expect(token).not.toContain('a-secret');
});
