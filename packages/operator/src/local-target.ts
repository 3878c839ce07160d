/** Reads where the local database is, and what signs a token for it, from what npm start has written. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SignerConfig } from '@aws-sdk/rds-signer';
import type { TargetOptions, TokenTarget } from './deployed-target.js';
import { TokenError } from './token-error.js';

/** Written by npm start. */
const CONNECTION_FILE = join('.local', 'connection.json');

/** In PEM, of the certificate that the local proxy shows. */
export const LOCAL_CA_FILE = join('.local', 'ca.pem');

export interface LocalConnection extends LocalRole {
  host: string;
  port: number;
  region: string;
  database: string;
  migrator: LocalRole;
}

interface LocalRole {
  user: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

export type LocalTarget = TokenTarget & Pick<SignerConfig, 'credentials'>;

export function localTarget(connection: LocalConnection, options: TargetOptions): LocalTarget {
  const { migrator } = connection;
  const user = options.user ?? connection.user;
  return {
    hostname: options.host ?? connection.host,
    port: options.port ?? connection.port,
    username: user,
    region: connection.region,
    // Each user has a role of its own, as in AWS.
    credentials: user === migrator.user ? migrator.credentials : connection.credentials,
  };
}

/** @throws TokenError when npm start has not run in this folder. */
export async function readLocalConnection(): Promise<LocalConnection> {
  try {
    return JSON.parse(await readFile(CONNECTION_FILE, 'utf8')) as LocalConnection;
  } catch (cause) {
    throw new TokenError(
      `There is no readable ${CONNECTION_FILE}, which says how to reach the local database. Run npm start first.`,
      { cause },
    );
  }
}
