/** Requests that nobody has thought of: each is answered, or refused in Cognito's form, and none fails. */
import { anyText } from '@vpc-postgres/testing/support/any-text.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { signedHeaders } from '@vpc-postgres/testing/support/sign-request.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PUBLIC_OPERATIONS, SIGNED_OPERATIONS } from '../../../src/cognito/operations/table.js';
import { seedUsers } from '../../../src/cognito/user-pool.js';
import { isInModel } from '../../model-exceptions.js';
import { type PoolServer, startPoolServer } from './pool-server.js';

const REQUESTS = exhaustive ? 10_000 : 1_000;
const TARGET = 'AWSCognitoIdentityProviderService';

let server: PoolServer;
let accessToken: string;

beforeAll(async () => {
  server = await startPoolServer();
  accessToken = await server.pool.issueToken({ username: 'alice' });
});
afterAll(() => server.stop());

const sign = (body: string) => signedHeaders(server.endpoint, body, server.access.service, { service: 'cognito-idp' });

/** Whatever became of her: a user who is deleted or disabled would get the same refusal for the rest of the run. */
async function restoreAlice(): Promise<void> {
  const alice = server.pool.users.find('alice');
  if (alice !== undefined) server.pool.users.remove(alice);
  await seedUsers(server.pool, [{ username: 'alice', groups: [] }]);
}

const operations = [...Object.keys(PUBLIC_OPERATIONS), ...Object.keys(SIGNED_OPERATIONS)];

/** A text that may get past the first check, and now and then any other value. */
const likely = (...texts: string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: anyText({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
const texts = (names: string[], values: string[]) =>
  fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...values), anyText({ maxLength: 20 })));
const username = likely('alice', 'carol@example.com', 'new@example.com', 'constructor', '__proto__');
const password = likely('Local-password-1', 'Battery-staple-2', 'weak');
const code = likely('123456', '000000', 'x');
const factor = fc.oneof(
  fc.record({ Enabled: fc.boolean(), PreferredMfa: fc.boolean() }),
  fc.jsonValue({ maxDepth: 1 }),
);
const attribute = fc.record(
  {
    Name: likely('email', 'email_verified', 'nickname', 'sub', 'custom:plan', 'constructor'),
    Value: likely('new@example.com', 'true', '1', ''),
  },
  { requiredKeys: [] },
);

const members = {
  AttributeName: likely('email', 'phone_number'),
  AuthFlow: likely('USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'REFRESH_TOKEN', 'USER_AUTH', 'toString'),
  AuthParameters: texts(
    ['USERNAME', 'PASSWORD', 'SRP_A', 'REFRESH_TOKEN', '__proto__'],
    ['alice', 'nobody@example.com', 'Local-password-1', 'ab'.repeat(384), '0'],
  ),
  ChallengeName: likely('PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'SOFTWARE_TOKEN_MFA', 'MFA_SETUP'),
  ChallengeResponses: texts(
    ['USERNAME', 'NEW_PASSWORD', 'PASSWORD_CLAIM_SIGNATURE', 'PASSWORD_CLAIM_SECRET_BLOCK', 'TIMESTAMP', 'toString'],
    ['alice', 'Fri Nov 27 12:00:00 UTC 2026', 'AAAA'],
  ),
  Code: code,
  ConfirmationCode: code,
  Filter: likely('email = "alice@example.com"', 'username ^= "a"', '__proto__ = "x"', ''),
  GroupName: likely('admins', 'others', 'constructor'),
  Limit: fc.oneof(fc.integer({ min: -1, max: 61 }), fc.jsonValue({ maxDepth: 1 })),
  MessageAction: likely('RESEND', 'SUPPRESS'),
  NextToken: likely('0', '1', '999999999'),
  PaginationToken: likely('0', '1', '999999999'),
  Password: password,
  Permanent: fc.oneof(fc.boolean(), fc.jsonValue({ maxDepth: 1 })),
  PreviousPassword: password,
  ProposedPassword: password,
  RefreshToken: likely('x'),
  Session: likely('x'.repeat(20)),
  SMSMfaSettings: factor,
  SoftwareTokenMfaSettings: factor,
  TemporaryPassword: password,
  Token: likely('x'),
  UserAttributeNames: fc.array(likely('nickname', 'email', 'constructor'), { maxLength: 3 }),
  UserAttributes: fc.oneof(fc.array(attribute, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 })),
  UserCode: code,
  Username: username,
};
const ofThisPool = fc.record({ pool: mostly(), client: mostly(), user: mostly() });

function mostly() {
  return fc.integer({ min: 0, max: 9 }).map((number) => number > 0);
}

const requests = fc.record({
  operation: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...operations) },
    { weight: 1, arbitrary: fc.constantFrom('ListDevices', 'constructor', 'x', '') },
  ),
  input: fc.record(members, { requiredKeys: ['Username', 'Password', 'AuthFlow', 'AuthParameters', 'GroupName'] }),
  known: ofThisPool,
  body: fc.oneof(
    { weight: 20, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: anyText({ maxLength: 60 }) },
  ),
});

test(`${REQUESTS} random requests are answered or refused with an exception of AWS’s model, and none with 500`, {
  timeout: 600_000,
}, async () => {
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(
    requests,
    async ({ operation, input, known: { pool, client, user }, body: raw }) => {
      const given = {
        ...input,
        ...(pool && { UserPoolId: server.pool.id }),
        ...(client && { ClientId: server.pool.clientId }),
        ...(user && { AccessToken: accessToken }),
      };
      await restoreAlice();
      const body = raw ?? JSON.stringify(given);
      const signature = Object.hasOwn(SIGNED_OPERATIONS, operation) ? await sign(body) : {};
      const response = await fetch(server.endpoint, {
        method: 'POST',
        headers: { ...signature, 'x-amz-target': `${TARGET}.${operation}` },
        body,
      });
      const answer = (await response.json()) as { __type?: string };
      expect([response.status, answer.__type !== undefined]).toEqual(response.ok ? [200, false] : [400, true]);
      expect(response.headers.get('x-amzn-errortype')).toBe(answer.__type ?? null);
      const outcome = answer.__type ?? 'answered';
      if (operations.includes(operation) && outcome !== 'answered') {
        expect([operation, outcome, isInModel(operation, outcome)]).toEqual([operation, outcome, true]);
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },
  );

  await fc.assert(property, { numRuns: REQUESTS });

  expect(server.failures).toEqual([]);
  // They get past the first check.
  expect(outcomes.size).toBeGreaterThan(8);
  expect(outcomes.get('answered')).toBeGreaterThan(REQUESTS / 50);
});
