/** Finds the database of `vpc-postgres migrate baseline`, and how to log in to it. */
import { readFileSync } from 'node:fs';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import type { ClientConfig } from 'pg';
import { deployedTarget, findEnvironment } from './deployed-target.js';
import { LOCAL_CA_FILE, localTarget, readLocalConnection } from './local-target.js';
import { parsePort } from './parse-port.js';
import { signToken } from './sign-token.js';
import { TokenError } from './token-error.js';

/** As they are on the command line. */
export interface BaselineTargetOptions {
  readonly environment?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly via?: string | undefined;
  readonly caFile?: string | undefined;
  readonly tls: boolean;
}

export interface BaselineTarget {
  /** The endpoint's own name, which token and certificate are for; or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly caFile?: string | undefined;
}

const DEFAULT_USER = 'migrator';
const POSTGRES_PORT = 5432;
const CONNECT_MILLIS = 10_000;

/**
 * @param password of the user, from the environment.
 * @throws TokenError when an option is missing or wrong, or nothing is there to sign a token with.
 */
export async function findTarget(
  options: BaselineTargetOptions,
  password: string | undefined,
): Promise<BaselineTarget> {
  const { environment, host, user, caFile } = options;
  const port = options.port === undefined ? undefined : parsePort('--port', options.port);
  const given = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  if (environment !== undefined) {
    const environments = await loadEnvironments();
    const { database } = findEnvironment(environments, environment);
    const target = deployedTarget(environments, environment, {
      ...given,
      user: user ?? database.migrator ?? DEFAULT_USER,
    });
    return {
      host: target.hostname,
      port: target.port,
      database: options.database ?? database.name,
      user: target.username,
      password: password ?? (await signToken(target)),
      caFile,
    };
  }
  if (host === undefined) {
    const connection = await readLocalConnection();
    const target = localTarget(connection, { ...given, user: user ?? connection.migrator.user });
    return {
      host: target.hostname,
      port: target.port,
      database: options.database ?? connection.database,
      user: target.username,
      password: await signToken(target),
      caFile: caFile ?? LOCAL_CA_FILE,
    };
  }
  if (options.database === undefined)
    throw new TokenError('--database is missing: with --host, name the database too.');
  if (password === undefined && !isSocket(host)) {
    throw new TokenError(
      'PGPASSWORD is not set. Expected the password of the user, in the environment and not in the history of your shell: ' +
        'read -rs PGPASSWORD && export PGPASSWORD',
    );
  }
  return {
    host,
    port: port ?? POSTGRES_PORT,
    database: options.database,
    user: user ?? DEFAULT_USER,
    password,
    caFile,
  };
}

/** @throws TokenError when an option is wrong. */
export function clientConfig(
  { host, port, database, user, password, caFile }: BaselineTarget,
  options: BaselineTargetOptions,
): ClientConfig {
  const common = {
    database,
    user,
    password,
    application_name: 'vpc-postgres migrate baseline',
    connectionTimeoutMillis: CONNECT_MILLIS,
  };
  const address = options.via === undefined ? { host, port } : parseAddress(options.via);
  if (isSocket(host)) return { ...common, ...address, ssl: false };
  if (!options.tls) {
    if (isLoopback(address.host)) return { ...common, ...address, ssl: false };
    throw new TokenError(`--no-tls is for this machine, and ${address.host} is another. Leave it out.`);
  }
  return {
    ...common,
    ...address,
    ssl: {
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
      ...(caFile !== undefined && { ca: [...rootCertificates, readCertificates(caFile)] }),
    },
  };
}

function parseAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    throw new TokenError(`--via is ${JSON.stringify(text)}. Expected HOST:PORT, for example localhost:5433.`);
  }
  return { host, port: parsePort('the port of --via', port) };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TokenError(`The file of certificate authorities, ${file}, cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

const isSocket = (host: string) => host.startsWith('/');
const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|::1)$/.test(host);
