/** Keeps what makes a user pool this one and no other: its id, its app client and its signing key. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { LocalStackError } from '../local-stack-error.js';
import { replacePrivateFile } from '../replace-file.js';
import { openSigner, SIGNING_ALGORITHM, type TokenSigner } from './token-signer.js';

const FILE_NAME = 'user-pool.json';

/** What the file holds. `privateKey` is a JWK; its public half is derived from it. */
interface PoolFile {
  issuer: string;
  clientId: string;
  privateKey: JWK;
}

export const poolFilePath = (stateDirectory: string) => join(stateDirectory, FILE_NAME);

/** @returns undefined when there is no file. @throws LocalStackError when it holds no user pool */
export async function readPoolFile(stateDirectory: string): Promise<TokenSigner | undefined> {
  const path = poolFilePath(stateDirectory);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`${path} cannot be read.`, 'Make it readable for you, or remove it: it is made anew.', {
      cause: error,
    });
  }
  try {
    const file: unknown = JSON.parse(text);
    if (!isPoolFile(file)) throw new Error('issuer, clientId or privateKey is missing');
    return await openSigner(file);
  } catch (error) {
    throw new LocalStackError(
      `${path} does not hold a user pool.`,
      'Remove it: the next `npm start` makes a new one, and tokens issued before are refused.',
      { cause: error },
    );
  }
}

export async function createPoolFile(stateDirectory: string): Promise<TokenSigner> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const file: PoolFile = {
    // .localhost never leaves the machine (RFC 6761), so nothing can be mistaken for a deployed pool.
    issuer: `https://cognito-idp.localhost/local_${randomBytes(5).toString('hex')}`,
    clientId: randomBytes(13).toString('hex'),
    privateKey: await exportJWK(privateKey),
  };
  await mkdir(stateDirectory, { recursive: true });
  // Renamed into place, so that an interrupted first start never leaves half a key.
  await replacePrivateFile(poolFilePath(stateDirectory), `${JSON.stringify(file, null, 2)}\n`);
  return openSigner(file);
}

function isPoolFile(value: unknown): value is PoolFile {
  if (typeof value !== 'object' || value === null) return false;
  const { issuer, clientId, privateKey } = value as Partial<Record<keyof PoolFile, unknown>>;
  return (
    typeof issuer === 'string' &&
    typeof clientId === 'string' &&
    typeof privateKey === 'object' &&
    privateKey !== null &&
    'd' in privateKey
  );
}
