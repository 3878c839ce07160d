import { expect, test, vi } from 'vitest';
import { type IamTokenSubject, iamTokenSigner, signIamToken } from '../../../src/database/iam-token.js';
import { describeGoldenTokens } from './describe-golden-tokens.js';

const SUBJECT: IamTokenSubject = { host: 'db.example', port: 5433, user: 'app', region: 'eu-west-1' };
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'a-secret', sessionToken: 'a-session' };

test('signs a token for the host, port and user of the settings', () => {
  const token = signIamToken(SUBJECT, CREDENTIALS, new Date('2026-11-25T01:02:03.456Z'));

  const { hostname, port, searchParams } = new URL(`https://${token}`);
  expect({ hostname, port }).toEqual({ hostname: 'db.example', port: '5433' });
  expect(Object.fromEntries(searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'app',
    'X-Amz-Date': '20261125T010203Z',
    'X-Amz-Expires': '900',
    'X-Amz-Security-Token': 'a-session',
    'X-Amz-Credential': 'ASIAEXAMPLE/20261125/eu-west-1/rds-db/aws4_request',
  });
  expect(token).not.toContain('a-secret');
});

test('signs each token anew, with the credentials of the moment', () => {
  const credentials = vi.fn(() => CREDENTIALS);
  const sign = iamTokenSigner(SUBJECT, credentials);

  sign();
  sign();

  expect(credentials).toHaveBeenCalledTimes(2);
});

// All 10,000: npm run test:stress -w @vpc-postgres/lambda.
describeGoldenTokens(500);
