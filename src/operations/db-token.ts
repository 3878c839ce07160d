/**
 * `npm run db:token`: prints an IAM database token, which is the password of a database user for 15 minutes. For the local
 * stack, or with the AWS credentials at hand for a deployed environment. Signs offline; changes nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import { ConfigurationError } from '../../amplify/configuration/configuration-error.js';
import { deployedTarget, type TargetOptions } from './deployed-target.js';
import { loadEnvironments } from './load-environments.js';
import { TokenError } from './token-error.js';

const USAGE = `Usage: npm run -s db:token [-- options]

Prints an IAM database token on standard output. It is valid for 15 minutes, for one host, port and user.

  --environment NAME   a deployed environment of amplify/environments.ts
                       (default: the local stack that npm start runs)
  --host HOST          the endpoint to connect to, if not the environment's proxy, or its database where it has no proxy
  --port PORT          its port (default: 5432, or the local stack's)
  --user USER          the database user (default: the environment's)
  --help               shows this text`;

/** Written by npm start. */
const CONNECTION_FILE = join('.local', 'connection.json');

interface Options extends TargetOptions {
  readonly environment?: string;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === 'help') return console.log(USAGE);
  const target =
    options.environment === undefined
      ? await describeLocal(options)
      : deployedTarget(await loadEnvironments(), options.environment, options);
  console.log(await sign(target));
}

function readOptions(argv: readonly string[]): Options | 'help' {
  const { help, port, ...rest } = parse(argv);
  if (help === true) return 'help';
  return { ...rest, ...(port !== undefined && { port: parsePort(port) }) };
}

function parse(argv: readonly string[]) {
  const options = {
    environment: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    user: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (cause) {
    throw new TokenError(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new TokenError(`--port is ${JSON.stringify(text)}, and must be 1 to 65535.`);
  return port;
}

async function describeLocal(options: Options): Promise<SignerConfig> {
  const connection = await readConnectionFile();
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

interface LocalConnection extends LocalRole {
  host: string;
  port: number;
  region: string;
  migrator: LocalRole;
}

interface LocalRole {
  user: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

async function readConnectionFile(): Promise<LocalConnection> {
  try {
    return JSON.parse(await readFile(CONNECTION_FILE, 'utf8')) as LocalConnection;
  } catch (cause) {
    throw new TokenError(
      `There is no readable ${CONNECTION_FILE}, which says how to reach the local database. Run npm start first.`,
      { cause },
    );
  }
}

async function sign(target: SignerConfig): Promise<string> {
  try {
    return await new Signer(target).getAuthToken();
  } catch (cause) {
    throw new TokenError(
      `No token could be signed, for want of AWS credentials (${(cause as Error).name}). ` +
        'Sign in first, for example: aws sso login',
      { cause },
    );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TokenError || error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
