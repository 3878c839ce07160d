import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { issueServerCertificate } from '../../../src/rds-proxy/certificate-authority.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

const isMissing = spawnSync('psql', ['--version']).status !== 0;
const title = isMissing ? 'psql (skipped: psql is not installed on this machine)' : 'psql';

describe.skipIf(isMissing)(title, () => {
  let stack: ProxyUnderTest;
  beforeAll(async () => {
    stack = await startProxyUnderTest();
  });
  afterAll(() => stack.stop());

  /** What psql prints; rejects with its message when it fails. */
  async function psql(password: string, options = ''): Promise<string> {
    const connection = `host=localhost port=${stack.proxy.port} user=app dbname=app ${options}`;
    const environment = { PATH: process.env.PATH, PGPASSWORD: password, PGSSLROOTCERT: stack.caPath };
    const args = ['--no-psqlrc', '-Atc', 'select session_user', connection];
    const { stdout } = await promisify(execFile)('psql', args, { env: { PGSSLMODE: 'verify-full', ...environment } });
    return stdout.trim();
  }

  test('connects with a token, verifying certificate and host name', async () => {
    expect(await psql(await stack.token())).toBe('app');
  });

  test('does not connect when it trusts another CA', async () => {
    const otherCaPath = join(dirname(stack.caPath), 'other-ca.pem');
    await writeFile(otherCaPath, (await issueServerCertificate()).ca);

    await expect(psql(await stack.token(), `sslrootcert=${otherCaPath}`)).rejects.toThrow(/certificate verify failed/);
  });

  test('gets the error that TLS is required', async () => {
    await expect(psql(await stack.token(), 'sslmode=disable')).rejects.toThrow(
      'FATAL:  This RDS Proxy requires TLS connections.',
    );
  });

  test.each<[string, () => Promise<string>]>([
    ['a plain password', async () => 'secret'],
    ['an expired token', () => signedAt(Date.now() - 901_000, () => stack.token())],
    ['a tampered token', async () => (await stack.token()).replace('DBUser=app', 'DBUser=reporter')],
    ['a token for another user', () => stack.token({ user: 'reporter' })],
    ['a token for another host', () => stack.token({ host: '127.0.0.1' })],
    ['a token for another port', () => stack.token({ port: 5432 })],
  ])('is refused with %s', async (_, password) => {
    await expect(psql(await password())).rejects.toThrow(
      'FATAL:  The IAM authentication failed for the role app. Check the IAM token for this role and try again.',
    );
  });

  test('is refused with command-line options', async () => {
    await expect(psql(await stack.token(), "options='-c statement_timeout=1000'")).rejects.toThrow(
      "FATAL:  Feature not supported: RDS Proxy currently doesn't support command-line options.",
    );
  });
});

/** AWS's signer takes the time from Date. */
async function signedAt(millis: number, sign: () => Promise<string>): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: millis });
  try {
    return await sign();
  } finally {
    vi.useRealTimers();
  }
}
