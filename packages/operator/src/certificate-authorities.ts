/**
 * The certificate authorities that the SQL data source trusts, and no others: those of its proxy or of its database. They are
 * public. Amplify reads them from a parameter, which holds 4 KB; the bundle of an RDS region is larger.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { SqlSecretError } from './sql-secret-error.js';

/** Of a parameter of SSM's standard tier, in bytes. */
export const PARAMETER_SIZE = 4096;

/** Who signs the certificate of an RDS Proxy. @see https://www.amazontrust.com/repository/ */
const PROXY_AUTHORITIES = /CN=(Amazon Root CA [134]|Starfield Services Root Certificate Authority - G2)$/m;

/** RDS's default, and its stronger one. All three of a region, with ECC384, do not fit. */
const DATABASE_AUTHORITIES = /^(RSA2048|RSA4096) G1$/;

/** From Node.js, which knows Amazon's public authorities. */
export function proxyAuthorities(): string {
  return joined(rootCertificates.filter((pem) => PROXY_AUTHORITIES.test(new X509Certificate(pem).subject)));
}

/**
 * From the bundle that comes with ampx, which verifies databases with it while it generates a schema.
 * @throws SqlSecretError when that has none of the region
 */
export function databaseAuthorities(region: string): string {
  const ofRegion = certificatesIn(readBundle()).filter((pem) => {
    const { subject } = new X509Certificate(pem);
    const kind = new RegExp(`CN=Amazon RDS ${region} Root CA (.*)$`, 'm').exec(subject)?.[1];
    return kind !== undefined && DATABASE_AUTHORITIES.test(kind);
  });
  if (ofRegion.length > 0) return joined(ofRegion);
  throw new SqlSecretError(
    `The certificate authorities of RDS in ${region} are not known here. Download them, keep the one of your database (aws ` +
      'rds describe-db-instances --query "DBInstances[].CACertificateIdentifier"), and add --ca-file FILE:\n' +
      `  https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`,
  );
}

/**
 * A file's certificates, one or more, in PEM.
 * @throws SqlSecretError when there is none, one is no authority, or they are too large
 */
export function authoritiesIn(file: string): string {
  const refuse = (problem: string) => new SqlSecretError(`--ca-file ${file} ${problem}`);
  const certificates = certificatesIn(read(file, refuse));
  if (certificates.length === 0) throw refuse('holds no certificate. Expected PEM: -----BEGIN CERTIFICATE-----');
  const text = joined(certificates);
  if (!certificates.every(isAuthority)) throw refuse('holds a certificate of a server. Expected the authorities’.');
  if (text.length > PARAMETER_SIZE) {
    throw refuse(
      `holds ${text.length} bytes of certificates, and ${PARAMETER_SIZE} fit. Keep the one of your database: aws rds ` +
        'describe-db-instances --query "DBInstances[].CACertificateIdentifier"',
    );
  }
  return text;
}

function read(file: string, refuse: (problem: string) => SqlSecretError): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw refuse(`cannot be read: ${(cause as NodeJS.ErrnoException).code}`);
  }
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function readBundle(): string {
  try {
    const generator = createRequire(import.meta.url).resolve('@aws-amplify/graphql-schema-generator/package.json');
    return readFileSync(join(dirname(generator), 'certs', 'aws-rds-global-bundle.pem'), 'utf8');
  } catch {
    // Another version of ampx may keep it elsewhere: the caller says what to do then.
    return '';
  }
}

const certificatesIn = (text: string) =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];

const joined = (certificates: readonly string[]) => `${certificates.map((pem) => pem.trim()).join('\n')}\n`;
