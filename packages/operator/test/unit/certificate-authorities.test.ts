import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  authoritiesIn,
  databaseAuthorities,
  PARAMETER_SIZE,
  proxyAuthorities,
} from '../../src/certificate-authorities.js';

const subjectsOf = (pem: string) =>
  pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((certificate) => /CN=(.*)/.exec(new X509Certificate(certificate).subject)?.[1]);

test('of a proxy they are Amazon’s public ones, as many as a parameter holds', () => {
  const pem = proxyAuthorities();

  expect(subjectsOf(pem).toSorted()).toEqual([
    'Amazon Root CA 1',
    'Amazon Root CA 3',
    'Amazon Root CA 4',
    'Starfield Services Root Certificate Authority - G2',
  ]);
  expect(pem.length).toBeLessThanOrEqual(PARAMETER_SIZE);
  expect(() => createSecureContext({ ca: pem })).not.toThrow();
});

test.each(['eu-west-1', 'us-east-1', 'ap-northeast-3'])(
  'of a database they are RDS’s in %s, and no other region’s',
  (region) => {
    const pem = databaseAuthorities(region);

    expect(subjectsOf(pem).toSorted()).toEqual([
      `Amazon RDS ${region} Root CA RSA2048 G1`,
      `Amazon RDS ${region} Root CA RSA4096 G1`,
    ]);
    expect(pem.length).toBeLessThanOrEqual(PARAMETER_SIZE);
  },
);

test('a region that nobody knows here is refused, with where its authorities are', () => {
  expect(() => databaseAuthorities('cn-north-1')).toThrow(
    /truststore\.pki\.rds\.amazonaws\.com\/cn-north-1\/cn-north-1-bundle\.pem/,
  );
});

describe('a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'authorities-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('gives its certificates, without what stands between them', () => {
    const [first = '', second = ''] = rootCertificates;

    expect(authoritiesIn(write('two.pem', `# the first\n${first}\n\n# the second\n${second}\n`))).toBe(
      `${first}\n${second}\n`,
    );
  });

  test.each([
    ['that is not there', () => join(folder, 'none.pem'), /cannot be read: ENOENT/],
    [
      'with a key',
      () => write('key.pem', '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----'),
      /no certificate/,
    ],
    [
      'with a broken certificate',
      () => write('broken.pem', '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----'),
      /Expected the authorities’/,
    ],
    ['that is too large', () => write('all.pem', rootCertificates.join('\n')), /and 4096 fit\. Keep the one of your/],
  ])('%s is refused', (_what, path, problem) => {
    expect(() => authoritiesIn(path())).toThrow(problem);
  });
});
