/** Tests that a request has no identity but that of its user token: no API key, IAM role, header or argument replaces it. */
import { SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { signedHeaders } from '@vpc-postgres/testing/support/sign-request.js';
import { describe, expect, test } from 'vitest';
import { subOf } from '../../../src/cognito/user-pool.js';
import { createCredentials } from '../../../src/rds-proxy/credentials.js';

const appsync = serveAppSync(SCHEMAS);

describe('an API without a rule for it rejects', () => {
  const body = JSON.stringify({ query: '{ listOrders { items { id } } }' });

  test('a request with the API key', async () => {
    const { status } = await appsync.post('/graphql', { 'x-api-key': appsync.access.apiKey }, body);

    expect({ status, events: appsync.events }).toEqual({ status: 401, events: [] });
  });

  test.each(['authenticated', 'guest'] as const)('a field for a request signed with the IAM role %s', async (role) => {
    const headers = await signedHeaders(`${appsync.url}/graphql`, body, appsync.credentialsOf(role));

    const response = await appsync.post('/graphql', headers, body);

    expect(response.body.errors).toMatchObject([{ errorType: 'Unauthorized' }]);
    expect(response.body.data).toBeNull();
    expect(appsync.events).toEqual([]);
  });

  test('a request signed with an IAM secret that was guessed', async () => {
    const { accessKeyId, sessionToken } = appsync.access.service;
    const guessed = { ...createCredentials(), accessKeyId, sessionToken };
    const headers = await signedHeaders(`${appsync.url}/graphql`, body, guessed);

    const response = await appsync.post('/graphql', headers, body);

    expect(response).toMatchObject({ status: 403, body: { errors: [{ errorType: 'InvalidSignatureException' }] } });
    expect(appsync.events).toEqual([]);
  });
});

describe('an identity in a request beside its token', () => {
  const bob = { sub: subOf('bob'), username: 'bob', groups: ['admins'], 'cognito:groups': ['admins'] };

  test('does not change the identity of the event, in the body or in headers', async () => {
    const headers = {
      authorization: appsync.alice,
      'x-amzn-identity': JSON.stringify(bob),
      'x-amzn-oidc-identity': bob.sub,
      'x-cognito-groups': 'admins',
      'x-forwarded-user': 'bob',
      identity: JSON.stringify(bob),
      sub: bob.sub,
    };
    const query = 'query ($id: ID!) { getOrder(id: $id) { id } }';
    const variables = { id: '1', identity: bob, sub: bob.sub, __proto__: bob };
    const body = JSON.stringify({
      query,
      variables,
      identity: bob,
      context: { identity: bob },
      extensions: { identity: bob },
    });

    const { status } = await appsync.post('/graphql', headers, body);

    expect(status).toBe(200);
    const { identity, arguments: args } = appsync.theEvent.event;
    expect(identity).toMatchObject({ sub: subOf('alice'), username: 'alice', groups: null });
    expect(args).toEqual({ id: '1' });
  });

  test('gives no access to a field of a group', async () => {
    const headers = { authorization: appsync.alice, 'x-cognito-groups': 'admins', 'cognito:groups': 'admins' };
    const body = JSON.stringify({ query: '{ orderTotals { currency } }', identity: bob });

    const response = await appsync.post('/graphql', headers, body).catch(() => undefined);

    expect(response?.body.data ?? null).toBeNull();
    expect(appsync.events).toEqual([]);
  });

  test('is rejected as an unknown argument of a field', async () => {
    const { body } = await appsync.query(appsync.alice, `{ listOrders(sub: "${bob.sub}") { items { id } } }`);

    expect(body.errors?.[0]?.message).toContain('Unknown field argument sub');
    expect(appsync.events).toEqual([]);
  });
});
