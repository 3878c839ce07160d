/**
 * `npm run db:token`: prints an IAM database token, which is the password of a database user for 15 minutes. For the local
 * stack, or with the AWS credentials at hand for a deployed environment. Signs offline; changes nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import { type Environment, REPLACE_ME } from '../../amplify/configuration/environment.js';
import { environments } from '../../amplify/environments.js';

const USAGE = `Usage: npm run -s db:token [-- options]

Prints an IAM database token on standard output. It is valid for 15 minutes, for one host, port and user.

  --environment NAME   a deployed environment of amplify/environments.ts: ${Object.keys(environments).join(', ')}
                       (default: the local stack that npm start runs)
  --host HOST          the endpoint to connect to, if not the environment's proxy
  --port PORT          its port (default: 5432, or the local stack's)
  --user USER          the database user (default: the environment's)
  --help               shows this text`;

/** Written by npm start. */
const CONNECTION_FILE = join('.local', 'connection.json');
const RDS_PROXY_PORT = 5432;

/** Something that the person at the keyboard can put right; shown without a stack trace. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

interface Options {
  readonly environment?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === 'help') return console.log(USAGE);
  const target =
    options.environment === undefined ? await describeLocal(options) : describeDeployed(options.environment, options);
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
  return {
    hostname: options.host ?? connection.host,
    port: options.port ?? connection.port,
    username: options.user ?? connection.user,
    region: connection.region,
    credentials: connection.credentials,
  };
}

interface LocalConnection {
  host: string;
  port: number;
  region: string;
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

/** The credentials are those that the AWS command line would use. */
function describeDeployed(name: string, options: Options): SignerConfig {
  const environment = findEnvironment(name);
  const { region, database } = environment;
  const target = {
    hostname: options.host ?? proxyEndpoint(name, environment),
    port: options.port ?? RDS_PROXY_PORT,
    username: options.user ?? database.user,
    region,
  };
  if (Object.values(target).includes(REPLACE_ME)) {
    throw new TokenError(`The environment ${name} still holds placeholders. Fill it in: amplify/environments.ts`);
  }
  return target;
}

function findEnvironment(name: string): Environment {
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment !== undefined) return environment;
  const known = Object.keys(environments).join(', ');
  throw new TokenError(`There is no environment ${JSON.stringify(name)} in amplify/environments.ts, only: ${known}.`);
}

function proxyEndpoint(name: string, { database: { proxy } }: Environment): string {
  if (proxy.kind === 'existing') return proxy.endpoint;
  throw new TokenError(
    `The proxy of ${name} is made by its deployment, so its endpoint is not known here. Add --host ENDPOINT: ` +
      'aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,Endpoint]"',
  );
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
  if (!(error instanceof TokenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
