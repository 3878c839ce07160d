import { issueServerCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate-authority.js';
import { type Interceptor, startInterceptor } from '@vpc-postgres/testing/support/interceptor.js';
import { afterEach, expect, test } from 'vitest';
import { createDatabase, type PooledDatabase } from '../../../src/database/database.js';

/** Somebody who sits between the function and the proxy and wants its token. */
let interceptor: Interceptor | undefined;
let database: PooledDatabase | undefined;
afterEach(async () => {
  // First: a connection that waits for an answer ends with it.
  await interceptor?.stop();
  await database?.end();
});

const TOKEN = 'a-token-worth-15-minutes';

/** @param trusted PEM of the CA that the function trusts */
function connect(port: number, trusted: string): PooledDatabase {
  database = createDatabase(
    {
      host: 'localhost',
      port,
      database: 'app',
      user: 'app',
      region: 'eu-west-1',
      credentials: () => ({ accessKeyId: 'x', secretAccessKey: 'x' }),
    },
    { applicationName: 'test', certificateAuthorities: trusted, password: () => TOKEN, onIdleError: () => {} },
  );
  return database;
}

async function expectNothingTold(port: number, trusted: string): Promise<void> {
  await expect(connect(port, trusted).queryAsNobody('select 1')).rejects.toMatchObject({
    name: 'DatabaseUnavailableError',
  });
  expect(interceptor?.heard()).toBe('');
}

test('the interceptor can hear: with a certificate that is trusted for this name it receives the token', async () => {
  const trusted = await issueServerCertificate();
  interceptor = await startInterceptor(trusted);

  void connect(interceptor.port, trusted.ca)
    .queryAsNobody('select 1')
    .catch(() => {});

  await expect.poll(() => interceptor?.heard()).toContain(TOKEN);
});

test('with a certificate of another CA it receives nothing', async () => {
  const [trusted, other] = await Promise.all([issueServerCertificate(), issueServerCertificate()]);
  interceptor = await startInterceptor(other);

  await expectNothingTold(interceptor.port, trusted.ca);
});

test('with a valid certificate of another host it receives nothing', async () => {
  const trusted = await issueServerCertificate(1, [{ type: 'dns', value: 'other.example' }]);
  interceptor = await startInterceptor(trusted);

  await expectNothingTold(interceptor.port, trusted.ca);
});

test('with a certificate that has expired it receives nothing', async () => {
  const trusted = await issueServerCertificate(0);
  interceptor = await startInterceptor(trusted);

  await expectNothingTold(interceptor.port, trusted.ca);
});

test('when it says that it has no TLS it receives nothing', async () => {
  const trusted = await issueServerCertificate();
  interceptor = await startInterceptor();

  await expectNothingTold(interceptor.port, trusted.ca);
});
