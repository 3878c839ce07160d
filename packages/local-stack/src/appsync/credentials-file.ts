/**
 * Keeps the credentials that the local API accepts beside user-pool tokens: an API key, IAM credentials of a service's role, and the
 * secret from which those of the identity pool are derived. Kept in the state folder, readable by their owner only. They open the
 * emulator and nothing else.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCredentials, type LocalCredentials } from '../rds-proxy/credentials.js';
import { replacePrivateFile } from '../replace-file.js';

export interface AppSyncCredentials {
  /** For the header x-api-key. */
  apiKey: string;
  /** For requests signed with SigV4 as a role that is none of an identity pool's. */
  service: LocalCredentials;
  /** Of src/cognito/identity-pool.ts. */
  identityPoolSecret: string;
}

const FILE_NAME = 'appsync.json';
const API_KEY_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const API_KEY_LENGTH = 26;
const SECRET_BYTES = 32;

/** @param stateDirectory made when missing */
export async function loadOrCreateAppSyncCredentials(stateDirectory: string): Promise<AppSyncCredentials> {
  const path = join(stateDirectory, FILE_NAME);
  const kept = parseAccess(await readFile(path, 'utf8').catch(() => ''));
  if (kept !== undefined) return kept;
  const access = createAppSyncCredentials();
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await replacePrivateFile(path, `${JSON.stringify(access, null, 2)}\n`);
  return access;
}

/** A key and credentials, unlike any others. */
export function createAppSyncCredentials(): AppSyncCredentials {
  const letters = Array.from({ length: API_KEY_LENGTH }, () => API_KEY_ALPHABET[randomInt(API_KEY_ALPHABET.length)]);
  return {
    // AppSync's keys begin so.
    apiKey: `da2-${letters.join('')}`,
    service: createCredentials(),
    identityPoolSecret: randomBytes(SECRET_BYTES).toString('base64'),
  };
}

function parseAccess(text: string): AppSyncCredentials | undefined {
  try {
    const { apiKey, service, identityPoolSecret } = JSON.parse(text) as Partial<AppSyncCredentials>;
    const keys = [service?.accessKeyId, service?.secretAccessKey, service?.sessionToken];
    return isFilled(apiKey) && service !== undefined && keys.every(isFilled) && isFilled(identityPoolSecret)
      ? { apiKey, service, identityPoolSecret }
      : undefined;
  } catch {
    return undefined;
  }
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
