/**
 * `npm run db:token`: prints an IAM database token, which is the password of a database user for 15 minutes. For the local
 * stack, or with the AWS credentials at hand for a deployed environment. Signs offline; changes nothing.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { deployedTarget, type TargetOptions } from './deployed-target.js';
import { localTarget, readLocalConnection } from './local-target.js';
import { parsePort } from './parse-port.js';
import { signToken } from './sign-token.js';
import { TokenError } from './token-error.js';

const USAGE = `Usage: npm run -s db:token [-- options]

Prints an IAM database token on standard output. It is valid for 15 minutes, for one host, port and user.

  --environment NAME   a deployed environment of amplify/environments.ts
                       (default: the local stack that npm start runs)
  --host HOST          the endpoint to connect to, if not the environment's proxy, or its database where it has no proxy
  --port PORT          its port (default: 5432, or the local stack's)
  --user USER          the database user (default: the environment's)
  --help               shows this text`;

interface Options extends TargetOptions {
  readonly environment?: string;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === 'help') return console.log(USAGE);
  const target =
    options.environment === undefined
      ? localTarget(await readLocalConnection(), options)
      : deployedTarget(await loadEnvironments(), options.environment, options);
  console.log(await signToken(target));
}

function readOptions(argv: readonly string[]): Options | 'help' {
  const { help, port, ...rest } = parse(argv);
  if (help === true) return 'help';
  return { ...rest, ...(port !== undefined && { port: parsePort('--port', port) }) };
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

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TokenError || error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
