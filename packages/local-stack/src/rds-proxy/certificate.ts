/**
 * Keeps the TLS certificate of the emulator and its private CA: stored in the state directory, and made again
 * before it expires. Trusted by the client that reads `ca.pem`, never by the machine.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replacePrivateFile } from '../replace-file.js';

export interface ServerCertificate {
  /** PEM: the certificate for localhost, 127.0.0.1 and ::1. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface KeptCertificate extends ServerCertificate {
  /** Path of the CA's certificate: for `sslrootcert`, or NODE_EXTRA_CA_CERTS. */
  caPath: string;
}

const FILE_NAMES = { ca: 'ca.pem', certificate: 'server.pem', key: 'server.key' } as const;
/** Made again when it would expire sooner than this, so that no running stack meets the end of it. */
const RENEW_BEFORE_MILLIS = 30 * 24 * 60 * 60 * 1000;

/**
 * Reads the certificate kept in a folder, or makes a new CA and certificate there. The CA's key is not kept.
 * @param stateDirectory made when missing
 */
export async function loadOrCreateCertificate(stateDirectory: string): Promise<KeptCertificate> {
  const path = (name: keyof typeof FILE_NAMES) => join(stateDirectory, FILE_NAMES[name]);
  const read = (name: keyof typeof FILE_NAMES) => readFile(path(name), 'utf8').catch(() => '');
  const [ca, certificate, key] = await Promise.all([read('ca'), read('certificate'), read('key')]);
  if (isUsable(ca, certificate, key)) {
    await chmod(path('key'), 0o600);
    return { caPath: path('ca'), certificate, key };
  }

  // Loaded only now: it takes longer than all else that the emulator needs.
  const { issueServerCertificate } = await import('./certificate-authority.js');
  const issued = await issueServerCertificate();
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  for (const name of ['key', 'certificate', 'ca'] as const) {
    await replacePrivateFile(path(name), issued[name]);
  }
  return { caPath: path('ca'), certificate: issued.certificate, key: issued.key };
}

function isUsable(caPem: string, certificatePem: string, keyPem: string): boolean {
  try {
    const ca = new X509Certificate(caPem);
    const certificate = new X509Certificate(certificatePem);
    const lastsUntil = Math.min(Date.parse(ca.validTo), Date.parse(certificate.validTo));
    return (
      certificate.verify(ca.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
      certificate.checkHost('localhost') !== undefined &&
      lastsUntil - Date.now() > RENEW_BEFORE_MILLIS
    );
  } catch {
    return false;
  }
}
