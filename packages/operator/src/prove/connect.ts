/** Connects as a user with an IAM token, by way of a tunnel or directly; the certificate must be for the endpoint's own name. */
import { readFileSync } from 'node:fs';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import type { SignerConfig } from '@aws-sdk/rds-signer';
import pg from 'pg';
import { signToken } from '../sign-token.js';

export interface ConnectOptions {
  readonly target: SignerConfig;
  readonly database: string;
  /** Where to connect to, when that is not the target itself. */
  readonly via?: { readonly host: string; readonly port: number };
  /** CA certificates in PEM that are trusted besides those of Node.js. */
  readonly caFile?: string | undefined;
}

const CONNECT_MILLIS = 10_000;

export async function connectAs({ target, database, via, caFile }: ConnectOptions): Promise<pg.Client> {
  const client = new pg.Client({
    host: via?.host ?? target.hostname,
    port: via?.port ?? target.port,
    user: target.username,
    database,
    password: await signToken(target),
    application_name: 'vpc-postgres prove',
    connectionTimeoutMillis: CONNECT_MILLIS,
    ssl: {
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(target.hostname, certificate),
      ...(caFile !== undefined && { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] }),
    },
  });
  // A lost connection rejects what is under way as well; without a listener, this event would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
