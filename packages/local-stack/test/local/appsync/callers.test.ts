/** Who is let in, and to which fields: what comes of a request without a valid token, and of groups. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { loadOrCreateUserPool } from '../../../src/cognito/user-pool.js';

const appsync = serveAppSync(SCHEMAS);

describe('who may call', () => {
  const refused: [string, () => Promise<Record<string, string>>, string][] = [
    ['no authorization header', async () => ({}), 'Valid authorization header not provided.'],
    ['an empty one', async () => ({ authorization: '' }), 'Valid authorization header not provided.'],
    [
      'an API key, of which there is none',
      async () => ({ 'x-api-key': 'da2-x' }),
      'Valid authorization header not provided.',
    ],
    ['garbage', async () => ({ authorization: 'garbage' }), 'Unable to parse JWT token.'],
    [
      'a token after "Bearer"',
      async () => ({ authorization: `Bearer ${appsync.alice}` }),
      'Unable to parse JWT token.',
    ],
    [
      'an expired token',
      async () => ({ authorization: await appsync.userPool.issueToken({ username: 'alice', expiresInSeconds: -1 }) }),
      'Token has expired.',
    ],
    [
      'alg none',
      async () => ({ authorization: `${base64Url({ alg: 'none' })}.${base64Url(decodeJwt(appsync.alice))}.` }),
      'Valid authorization header not provided.',
    ],
    [
      'a token of another pool',
      async () => ({ authorization: await tokenOfAnotherPool() }),
      'Valid authorization header not provided.',
    ],
    [
      'the payload of another user',
      async () => {
        const [header, , signature] = appsync.alice.split('.');
        return {
          authorization: `${header}.${base64Url({ ...decodeJwt(appsync.alice), username: 'bob' })}.${signature}`,
        };
      },
      'Valid authorization header not provided.',
    ],
  ];

  it.each(refused)('answers 401 to %s', async (_, headers, message) => {
    const response = await appsync.post('/graphql', await headers(), JSON.stringify({ query: '{ __typename }' }));

    expect(response).toEqual({ status: 401, body: { errors: [{ errorType: 'UnauthorizedException', message }] } });
    expect(appsync.events).toEqual([]);
  });

  it('tells an unknown caller nothing about the request', async () => {
    const { status } = await appsync.post('/graphql', {}, 'not JSON');

    expect(status).toBe(401);
  });

  it('refuses a field to a caller who is not in its group, without invoking the function', async () => {
    const { status, body } = await appsync.query(appsync.alice, '{ orderTotals { currency } }');

    expect(status).toBe(200);
    expect(body).toEqual({
      data: null,
      errors: [
        {
          path: ['orderTotals'],
          data: null,
          errorType: 'Unauthorized',
          errorInfo: null,
          locations: [{ line: 1, column: 3, sourceName: null }],
          message: 'Not Authorized to access orderTotals on type Query',
        },
      ],
    });
    expect(appsync.events).toEqual([]);
  });

  it('gives the field to a caller who is', async () => {
    appsync.invoke = async () => [{ currency: 'EUR', orderCount: 2, totalCents: 5e9 }];

    const { body } = await appsync.query(appsync.admin, '{ orderTotals { currency orderCount totalCents } }');

    expect(body).toEqual({ data: { orderTotals: [{ currency: 'EUR', orderCount: 2, totalCents: 5e9 }] } });
  });

  it.each([
    ['admins', true],
    ['auditors', true],
    ['customers', false],
  ])('takes %s for one of the groups of a rule: %s', async (group, allowed) => {
    appsync.invoke = async () => 'yes';
    const token = await appsync.userPool.issueToken({ username: 'x', groups: ['others', group] });

    const { body } = await appsync.query(token, '{ staff }', { path: '/more' });

    expect(body.data).toEqual({ staff: allowed ? 'yes' : null });
  });

  it('refuses the fields of a type that is for a group', async () => {
    appsync.invoke = async () => ({ title: 'Q1', secret: { text: 'profit' } });

    const forAlice = await appsync.query(appsync.alice, '{ report { title secret { text } } }', { path: '/more' });
    const forAdmin = await appsync.query(appsync.admin, '{ report { title secret { text } } }', { path: '/more' });

    expect(forAlice.body.data).toEqual({ report: { title: 'Q1', secret: { text: null } } });
    expect(forAlice.body.errors).toMatchObject([{ message: 'Not Authorized to access text on type Secret' }]);
    expect(forAdmin.body).toEqual({ data: { report: { title: 'Q1', secret: { text: 'profit' } } } });
  });

  it('refuses a field without a rule to every user, as Amplify leaves it to services', async () => {
    const { body } = await appsync.query(appsync.admin, '{ unruled }', { path: '/more' });

    expect(body.errors).toMatchObject([{ message: 'Not Authorized to access unruled on type Query' }]);
    expect(appsync.events).toEqual([]);
  });
});

async function tokenOfAnotherPool(): Promise<string> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'endpoint-other-'));
  const other = await loadOrCreateUserPool(elsewhere);
  await rm(elsewhere, { recursive: true });
  return other.issueToken({ username: 'alice', groups: ['admins'] });
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
