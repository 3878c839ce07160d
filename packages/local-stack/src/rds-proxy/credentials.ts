/** Creates the credentials of a local IAM role and keeps them. They open the local emulator and nothing else. */
import { randomBytes, randomInt } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replacePrivateFile } from '../replace-file.js';

/** Shaped like the temporary credentials that Lambda gives a function: a pair of keys and a session token. */
export interface LocalCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Base 32, as in access key ids. */
const KEY_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Real session tokens have about this size; drivers that cut a long password fail here and not first in AWS. */
const SESSION_TOKEN_BYTES = 660;

/**
 * Reads the credentials kept in a folder, or makes new ones there, readable by their owner only.
 * @param stateDirectory made when missing
 * @param fileName one for each role
 */
export async function loadOrCreateCredentials(
  stateDirectory: string,
  fileName = 'credentials.json',
): Promise<LocalCredentials> {
  const path = join(stateDirectory, fileName);
  const kept = parseCredentials(await readFile(path, 'utf8').catch(() => ''));
  if (kept !== undefined) {
    await chmod(path, 0o600);
    return kept;
  }
  const credentials = createCredentials();
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await replacePrivateFile(path, `${JSON.stringify(credentials, null, 2)}\n`);
  return credentials;
}

/** New credentials, unlike any others. */
export function createCredentials(): LocalCredentials {
  const keyId = Array.from({ length: 16 }, () => KEY_ID_ALPHABET[randomInt(KEY_ID_ALPHABET.length)]).join('');
  return {
    // ASIA is how AWS marks temporary ones.
    accessKeyId: `ASIA${keyId}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(SESSION_TOKEN_BYTES).toString('base64'),
  };
}

function parseCredentials(text: string): LocalCredentials | undefined {
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = JSON.parse(text) as Record<string, unknown>;
    return isFilled(accessKeyId) && isFilled(secretAccessKey) && isFilled(sessionToken)
      ? { accessKeyId, secretAccessKey, sessionToken }
      : undefined;
  } catch {
    return undefined;
  }
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
