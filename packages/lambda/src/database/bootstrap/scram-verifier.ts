/**
 * Computes what PostgreSQL keeps of a password. A role is given this and not the password, which PostgreSQL would otherwise write to
 * its log with the statement: on a syntax error, with log_statement = ddl, and with pgaudit.
 * @see https://www.postgresql.org/docs/17/catalog-pg-authid.html
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default, scram_iterations. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const HASH = 'sha256';

/** @param password Printable ASCII, which SASLprep leaves as it is. @param salt @default - random */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, HASH);
  const hmac = (text: string) => createHmac(HASH, salted).update(text).digest();
  const storedKey = createHash(HASH).update(hmac('Client Key')).digest();
  const encoded = (bytes: Buffer) => bytes.toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${encoded(salt)}$${encoded(storedKey)}:${encoded(hmac('Server Key'))}`;
}
