import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOrCreateCertificate } from '../../../src/rds-proxy/certificate.js';
import { issueServerCertificate } from '../../../src/rds-proxy/certificate-authority.js';
import { loadOrCreateCredentials } from '../../../src/rds-proxy/credentials.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-files-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function modeOf(name: string): Promise<number> {
  return (await stat(join(directory, name))).mode & 0o777;
}

describe('the certificate', () => {
  test('is for localhost and both loopback addresses, from a CA of its own', async () => {
    const { certificate, caPath } = await loadOrCreateCertificate(directory);

    const server = new X509Certificate(certificate);
    const ca = new X509Certificate(await readFile(caPath));
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIP('::1')).toBeDefined();
    expect(server.checkHost('example.com')).toBeUndefined();
    expect(server.ca).toBe(false);
    expect(ca.ca).toBe(true);
    expect(server.checkIssued(ca) && server.verify(ca.publicKey)).toBe(true);
  });

  test('is kept, and its key is for its owner only', async () => {
    const first = await loadOrCreateCertificate(join(directory, 'state'));

    expect(await loadOrCreateCertificate(join(directory, 'state'))).toEqual(first);
    expect(await modeOf('state/server.key')).toBe(0o600);
  });

  test.each([
    ['its key is damaged', 'server.key', async () => 'damaged'],
    ['it is of another CA', 'ca.pem', async () => (await issueServerCertificate()).ca],
    ['its file is empty', 'server.pem', async () => ''],
  ])('is made again when %s', async (_, name, content) => {
    const first = await loadOrCreateCertificate(directory);
    await writeFile(join(directory, name), await content());

    const second = await loadOrCreateCertificate(directory);

    expect(second.certificate).not.toBe(first.certificate);
    expect(await loadOrCreateCertificate(directory)).toEqual(second);
  });

  test.each([
    [29, 'made again'],
    [31, 'kept'],
  ])('that lasts %s days more is %s', async (validDays, outcome) => {
    const issued = await issueServerCertificate(validDays);
    await writeFile(join(directory, 'ca.pem'), issued.ca);
    await writeFile(join(directory, 'server.pem'), issued.certificate);
    await writeFile(join(directory, 'server.key'), issued.key);

    const { certificate } = await loadOrCreateCertificate(directory);

    expect(certificate === issued.certificate).toBe(outcome === 'kept');
  });
});

describe('the credentials', () => {
  test('look like temporary ones of AWS, are kept, and are for their owner only', async () => {
    const first = await loadOrCreateCredentials(directory);

    expect(first.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(first.secretAccessKey).toHaveLength(40);
    expect(await loadOrCreateCredentials(directory)).toEqual(first);
    expect(await modeOf('credentials.json')).toBe(0o600);
  });

  test.each(['', '{}', '{"accessKeyId":"ASIA","secretAccessKey":"","sessionToken":1}'])(
    'are made again when the file holds %j',
    async (content) => {
      await writeFile(join(directory, 'credentials.json'), content);

      expect((await loadOrCreateCredentials(directory)).sessionToken).toHaveLength(880);
    },
  );
});
