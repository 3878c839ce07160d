/**
 * `vpc-postgres shell`: psql, or any client, at a database that no person's network reaches. Through an instance that exists, with
 * an IAM token of the person's own role and verified TLS. The token is in the environment of psql, and nowhere else.
 */
import { spawn } from 'node:child_process';
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { databaseAuthorities, proxyAuthorities } from '../certificate-authorities.js';
import { CommandError } from '../command-error.js';
import { deployedTarget, findEnvironment, type TokenTarget } from '../deployed-target.js';
import { parsePort } from '../parse-port.js';
import { signToken } from '../sign-token.js';
import { findBastion } from './find-bastion.js';
import { checkPlugin, type ForwardedPort, forwardPort } from './forward-port.js';

export interface ShellOptions {
  readonly environment: string;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  /** The database user. @default - the environment's */
  readonly user?: string | undefined;
  /** @default - the environment's */
  readonly database?: string | undefined;
  /** The instance to go through. @default - the only one that Session Manager reaches */
  readonly instance?: string | undefined;
  /** CA certificates in PEM. @default - Amazon's for a proxy, RDS's of the region for a database */
  readonly caFile?: string | undefined;
  readonly readOnly: boolean;
  /** Prints how to connect, in place of starting psql. */
  readonly print: boolean;
}

/** Where a client connects to while the tunnel is open. */
export interface OpenedTunnel {
  readonly target: TokenTarget;
  readonly database: string;
  readonly localPort: number;
  readonly caFile: string;
  /** Whether a proxy is in between, which rejects PGOPTIONS. */
  readonly isProxy: boolean;
}

const READ_ONLY = 'set default_transaction_read_only = on';
/** psql's -X, alone or among other letters. */
const SKIPS_PSQLRC = /^(-[A-Za-z]*X|--no-psqlrc$)/;
/** psql's exit code for a connection that could not be made or was lost. */
const CONNECTION_FAILED = 2;

/**
 * @param clientArguments For psql.
 * @param env Of this process.
 * @returns psql's exit code
 * @throws CommandError with what is missing
 */
export async function openShell(
  options: ShellOptions,
  clientArguments: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  checkPlugin(env);
  const environments = await loadEnvironments();
  const environment = findEnvironment(environments, options.environment);
  const target = deployedTarget(environments, options.environment, {
    ...(options.host !== undefined && { host: options.host }),
    ...(options.port !== undefined && { port: parsePort('--port', options.port) }),
    ...(options.user !== undefined && { user: options.user }),
  });
  if (options.readOnly && clientArguments.some((one) => SKIPS_PSQLRC.test(one))) {
    throw new CommandError(`--read-only is set by psql's startup file, which -X skips. Leave one of them out.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vpc-postgres-shell-'));
  let forwarded: ForwardedPort | undefined;
  try {
    const caFile = authoritiesFor(environment, options.caFile, folder);
    forwarded = await openTunnel(environment, options, target, env);
    const tunnel: OpenedTunnel = {
      target,
      database: options.database ?? environment.database.name,
      localPort: forwarded.localPort,
      caFile,
      isProxy: environment.database.proxy.kind !== 'none',
    };
    if (options.print) return await waitForEnd(describeConnection(tunnel, options), forwarded);
    return await runPsql(tunnel, options, clientArguments, folder, env);
  } finally {
    await forwarded?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws CommandError with what is missing */
export async function openTunnel(
  environment: Environment,
  options: Pick<ShellOptions, 'environment' | 'instance'>,
  { hostname: host, port, region }: TokenTarget,
  env: NodeJS.ProcessEnv,
): Promise<ForwardedPort> {
  const [ec2, ssm] = [new EC2Client({ region }), new SSMClient({ region })];
  const { network } = environment;
  const vpcId = network.kind === 'existing' && 'id' in network.vpc ? network.vpc.id : undefined;
  const instanceId =
    options.instance ??
    (await findBastion({ ec2, ssm }, { environment: options.environment, vpcId }).catch((error: Error) => {
      if (error instanceof CommandError) throw error;
      throw new CommandError(
        `The instances could not be listed: ${error.name}. Needed: ec2:DescribeInstances and ssm:DescribeInstanceInformation, or --instance ID.`,
        { cause: error },
      );
    }));
  return forwardPort({ ssm, region, instanceId, host, port, env });
}

/** @returns the path of a file */
function authoritiesFor(
  { region, database: { proxy } }: Environment,
  given: string | undefined,
  folder: string,
): string {
  if (given === undefined) {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, proxy.kind === 'none' ? databaseAuthorities(region) : proxyAuthorities());
    return file;
  }
  try {
    accessSync(given);
    return resolve(given);
  } catch (cause) {
    throw new CommandError(`--ca-file ${given} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

/** libpq's variables. The certificate is compared with the endpoint's own name, although the connection goes to this machine. */
export function connectionVariables(tunnel: OpenedTunnel): Record<string, string> {
  const { target, database, localPort, caFile } = tunnel;
  return {
    PGHOST: target.hostname,
    PGHOSTADDR: '127.0.0.1',
    PGPORT: String(localPort),
    PGDATABASE: database,
    PGUSER: target.username,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: caFile,
    PGAPPNAME: 'vpc-postgres shell',
  };
}

async function runPsql(
  tunnel: OpenedTunnel,
  { readOnly, environment }: ShellOptions,
  clientArguments: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const variables = {
    ...connectionVariables(tunnel),
    ...(readOnly && readOnlyVariables(tunnel, folder, env)),
    PGPASSWORD: await signToken(tunnel.target),
  };
  // Ctrl-C belongs to psql: it cancels the query there.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const code = await runProgram('psql', clientArguments, { ...env, ...variables });
    if (code === CONNECTION_FAILED) {
      console.error(
        `Where the login was rejected: your own role needs rds-db:connect as ${tunnel.target.username} on the ` +
          `${tunnel.isProxy ? 'proxy' : 'database'} of ${environment}.`,
      );
    }
    return code;
  } finally {
    process.off('SIGINT', ignore);
  }
}

/** A proxy rejects PGOPTIONS: there psql sends the statement as its first, and pins its own session. */
function readOnlyVariables({ isProxy }: OpenedTunnel, folder: string, env: NodeJS.ProcessEnv): Record<string, string> {
  if (!isProxy) return { PGOPTIONS: `${env.PGOPTIONS ?? ''} -c default_transaction_read_only=on`.trim() };
  const file = join(folder, 'psqlrc');
  const own = env.PSQLRC ?? join(homedir(), '.psqlrc');
  // psql says of a file that there is not that there is none: \\if keeps it quiet.
  writeFileSync(
    file,
    `\\o /dev/null\n${READ_ONLY};\n\\o\n\\set has_own \`test -r '${own}' && echo 1 || echo 0\`\n\\if :has_own\n\\i '${own}'\n\\endif\n`,
  );
  return { PSQLRC: file };
}

function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((settle, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = `${program} is not installed. Install PostgreSQL's client, or connect another one: --print says how.`;
      reject(new CommandError(error.code === 'ENOENT' ? missing : error.message, { cause: error }));
    });
    child.once('close', (code) => settle(code ?? 1));
  });
}

export function describeConnection(
  tunnel: OpenedTunnel,
  { environment, host, user, readOnly }: Pick<ShellOptions, 'environment' | 'host' | 'user' | 'readOnly'>,
): string {
  const { target, database, localPort, caFile } = tunnel;
  const token = [
    `npm run -s db:token -- --environment ${environment}`,
    ...(host === undefined ? [] : [`--host ${host}`]),
    ...(user === undefined ? [] : [`--user ${user}`]),
  ].join(' ');
  const parameters = `host=${target.hostname} hostaddr=127.0.0.1 port=${localPort} dbname=${database} user=${target.username} sslmode=verify-full sslrootcert=${caFile}`;
  return [
    'The tunnel is open until Ctrl-C. The password is a token that lives for 15 minutes:',
    `  ${token}`,
    'As one line:',
    `  PGPASSWORD="$(${token})" psql '${parameters}'`,
    'A client without hostaddr connects to 127.0.0.1 and cannot compare the name: give it sslmode=verify-ca.',
    ...(readOnly ? [`Its first statement: ${READ_ONLY};`] : []),
  ].join('\n');
}

/** Until Ctrl-C, or until the session ends: after 20 minutes without traffic, or as the account has it. */
async function waitForEnd(text: string, { ended }: ForwardedPort): Promise<number> {
  console.log(text);
  const interrupted = new Promise<string>((settle) => process.once('SIGINT', () => settle('')));
  const end = await Promise.race([ended, interrupted]);
  if (end !== '') console.error(`The session has ended: ${end}`);
  return 0;
}
