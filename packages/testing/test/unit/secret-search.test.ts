import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signIamToken } from '@vpc-postgres/lambda/database/iam-token.js';
import { loadOrCreateAppSyncCredentials } from '@vpc-postgres/local-stack/appsync/credentials-file.js';
import { loadOrCreateUserPool } from '@vpc-postgres/local-stack/cognito/user-pool.js';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { loadOrCreateCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { expect, test, vi } from 'vitest';
import { ARGUMENT_CANARY, secretsIn, secretsInLog } from '../../support/secrets/search.js';
import { readStateSecrets } from '../../support/secrets/state-secrets.js';
import { expectSearches, newLeaks, watchForSecrets } from '../../support/secrets/watch.js';

// These tests ask for the leaks themselves.
expectSearches();

/** A search that finds nothing is worth something only when it is known to find what is there. */
async function startedOnce(): Promise<{ known: Record<string, string>; leaked: Record<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const [credentials, userPool, access, certificate] = await Promise.all([
    loadOrCreateCredentials(folder),
    loadOrCreateUserPool(folder),
    loadOrCreateAppSyncCredentials(folder),
    loadOrCreateCertificate(folder),
  ]);
  const known = readStateSecrets(folder);
  rmSync(folder, { recursive: true });
  const subject = { host: 'localhost', port: 6432, user: 'app', region: 'eu-west-1' };
  const leaked = {
    secretAccessKey: credentials.secretAccessKey,
    sessionToken: credentials.sessionToken,
    'session token in a URL': encodeURIComponent(credentials.sessionToken),
    'base 64 of the secret access key': Buffer.from(credentials.secretAccessKey).toString('base64'),
    'IAM token': signIamToken(subject, { ...credentials, sessionToken: '' }, new Date()),
    'user token': await userPool.issueToken({ username: 'alice' }),
    'API key': access.apiKey,
    'secret of a role': access.service.secretAccessKey,
    'secret of the identity pool': access.identityPoolSecret,
    'private key of the server': certificate.key,
    'private key in JSON': JSON.stringify({ key: certificate.key }),
    'private key without its header': certificate.key.split('\n').slice(1, -2).join('\n'),
    'connection string': 'postgres://app:hunter2-hunter2@db.example:5432/app',
  };
  return { known, leaked };
}

const { known, leaked } = await startedOnce();

test.each(Object.keys(leaked))('finds in a line of a log: %s', (name) => {
  const line = JSON.stringify({ level: 'error', cause: `something about ${leaked[name]} and more` });

  expect(secretsIn(line, known)).not.toEqual([]);
});

test('the search names the kind of a secret, and does not show it', () => {
  const found = secretsIn(Object.values(leaked).join('\n'), known);

  expect(found.length).toBeGreaterThan(8);
  for (const secret of Object.values(leaked)) expect(found.join('\n')).not.toContain(secret);
});

test('the search finds nothing in what a log can contain', () => {
  const line =
    '{"level":"error","error":"DatabaseUnavailableError","sqlState":"28P01","requestId":"6bb99b7d-bcd1-4398"}';

  expect(secretsInLog(line, known)).toEqual([]);
});

test('an argument is a secret in a log, and none in an answer to the caller', () => {
  expect(secretsInLog(`{"detail":"Key (sku)=(${ARGUMENT_CANARY})"}`)).toEqual(['an argument']);
  expect(secretsIn(`{"data":{"sku":"${ARGUMENT_CANARY}"}}`)).toEqual([]);
});

test('a watch reports each leak once, and where it was', () => {
  const watch = watchForSecrets(() => ({ 'the password': 'hunter2-hunter2' }));

  watch.logged('log of orders-api', 'connected');
  watch.logged('log of orders-api', 'refused hunter2-hunter2');
  watch.answered('answer of AppSync', leaked['user token'] ?? '');

  expect(newLeaks()).toEqual(['log of orders-api: the password', 'answer of AppSync: a signed token (JWT)']);
  expect(newLeaks()).toEqual([]);
});

test('a run without a watch for leaks fails at the first part that needs one', async () => {
  vi.resetModules();
  const { watchForSecrets: watchUnasked } = await import('../../support/secrets/watch.js');

  expect(() => watchUnasked(() => undefined)).toThrow(
    'Add packages/testing/support/secrets/after-each.ts to setupFiles',
  );
});
