/** Issues a certificate for this machine's own names, from a CA that is made for it and forgotten. Keeps no file. */
import { webcrypto } from 'node:crypto';
import './reflect-metadata.js';

// After reflect-metadata.js, without which it does not load.
const x509 = await import('@peculiar/x509');

export interface IssuedCertificate {
  /** PEM of the CA's certificate. */
  ca: string;
  /** PEM of the server's certificate. */
  certificate: string;
  /** PEM of the server's private key, PKCS #8. */
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const CA_NAME = 'CN=Local RDS Proxy CA';
/** Longer is refused by macOS for certificates of a server. */
const DEFAULT_VALID_DAYS = 397;
/** A clock that is a little behind accepts a certificate that is new. */
const BACKDATE_MILLIS = 60 * 60 * 1000;

/** The names of this machine. */
const LOOPBACK_NAMES: readonly AlternativeName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

export interface AlternativeName {
  type: 'dns' | 'ip';
  value: string;
}

/**
 * Makes a CA, and with it a certificate of a server.
 * @param validDays of both certificates, from now on; 0 for certificates that have just expired
 * @param names of the server
 */
export async function issueServerCertificate(
  validDays = DEFAULT_VALID_DAYS,
  names: readonly AlternativeName[] = LOOPBACK_NAMES,
): Promise<IssuedCertificate> {
  const [caKeys, serverKeys] = await Promise.all([generateKeys(), generateKeys()]);
  const validity = {
    notBefore: new Date(Date.now() - BACKDATE_MILLIS),
    notAfter: new Date(Date.now() + validDays * 24 * 60 * 60 * 1000),
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: CA_NAME,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
      new x509.SubjectAlternativeNameExtension([...names]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey), 'PRIVATE KEY');
  return { ca: `${ca.toString('pem')}\n`, certificate: `${server.toString('pem')}\n`, key: `${key}\n` };
}

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
