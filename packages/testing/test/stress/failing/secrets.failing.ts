/** Fails in each way that a secret is near: what vitest prints of it is searched by ../failing-output.test.ts. */
import { readFile, writeFile } from 'node:fs/promises';
import { createDatabase, type PooledDatabase } from '@vpc-postgres/lambda/database/database.js';
import { iamTokenSigner } from '@vpc-postgres/lambda/database/iam-token.js';
import { subOf } from '@vpc-postgres/local-stack/cognito/user-pool.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectThroughProxy, startTestStack, type TestStack } from '../../../support/local-stack.js';
import { ARGUMENT_CANARY } from '../../../support/secrets/search.js';
import { readStateSecrets } from '../../../support/secrets/state-secrets.js';

let stack: TestStack;
let database: PooledDatabase;
beforeAll(async () => {
  stack = await startTestStack();
  const secrets = readStateSecrets(stack.stateDirectory);
  await writeFile(String(process.env.SECRETS_FILE), JSON.stringify(secrets), { mode: 0o600 });
  database = await connect(stack.access.user);
});
afterAll(async () => {
  await database?.end();
  await stack?.stop();
});

async function connect(user: string): Promise<PooledDatabase> {
  const { access } = stack;
  const settings = { ...access, user, credentials: () => access.credentials };
  return createDatabase(settings, {
    applicationName: 'failing',
    certificateAuthorities: await readFile(access.caPath, 'utf8'),
    password: iamTokenSigner(settings, () => access.credentials),
    onIdleError: () => {},
  });
}

test('the proxy rejects a token', async () => {
  const otherProxy = { ...stack.access, port: 1 };
  await connectThroughProxy(otherProxy, stack.access.port);
});

test('the proxy rejects the function', async () => {
  const other = await connect('nobody');
  await other.queryAsNobody('select 1');
});

test('PostgreSQL rejects a statement', async () => {
  await database.queryAsNobody('select $1::text from no_such_table', [ARGUMENT_CANARY]);
});

test('PostgreSQL rejects a value', async () => {
  const alice = { sub: subOf('alice'), groups: [] };
  await database.transaction(alice, (transaction) => transaction.queryAndCommit('select $1::int', [ARGUMENT_CANARY]));
});

test('AppSync rejects a token', async () => {
  const token = await stack.userPool.issueToken({ username: 'alice', expiresInSeconds: -1 });
  const headers = { authorization: token };
  const response = await fetch(`${stack.url}/graphql`, { method: 'POST', headers, body: '{}' });
  expect(await response.json()).toEqual({ data: {} });
});

test('an answer is not the expected one', async () => {
  expect(await stack.ask('alice', '{ __typename }')).toEqual({ status: 200, data: {}, errors: [] });
});

test.runIf(process.env.LEAK !== undefined)('a test shows a token', async () => {
  throw new Error(`refused: ${await stack.userPool.issueToken({ username: 'alice' })}`);
});
