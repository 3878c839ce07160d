/**
 * Runs both functions of the bootstrap, as they are bundled for Lambda, in the local Lambda runtime: the one that reads the secrets
 * against what answers for Secrets Manager and Lambda, and the other against a PostgreSQL that lets clients in as RDS does.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBootstrapFunction, readBootstrapSql } from '@vpc-postgres/backend/database/bootstrap/bundle.js';
import { SECRETS_ENVIRONMENT } from '@vpc-postgres/backend/database/bootstrap/environment-names.js';
import { bootstrapBuildOptions } from '@vpc-postgres/local-stack/lambda/bundle.js';
import { createLocalFunction, type LocalFunction } from '@vpc-postgres/local-stack/lambda/function.js';
import { FunctionError } from '@vpc-postgres/local-stack/lambda/function-error.js';
import { portOf } from '@vpc-postgres/local-stack/loopback.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsServer, startRdsServer } from '@vpc-postgres/testing/support/rds-server.js';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { bootstrapVersion } from '../../../../src/database/bootstrap/request.js';

const REGION = 'eu-west-1';
const ACCOUNT = '111122223333';
export const MASTER = 'dba';
export const DATABASE = 'shop';

const arnOf = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbC123`;
export const SECRETS = { master: arnOf('rds!db-1'), app: arnOf('app'), migrator: arnOf('migrator') };
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:bootstrap`;

/** As RDS makes them: every printable character but a few. Quotes and backslashes could end a literal. */
const newPassword = () => `${randomBytes(12).toString('base64')}'\\"$$--%s`;
export const passwords = { master: randomBytes(18).toString('base64url'), app: newPassword(), migrator: newPassword() };

/** Of the role that may connect as the master user, as the template permits it, and of the users' roles. */
const bootstrapRole = createCredentials();
export const userRole = createCredentials();
const secretsRole = createCredentials();

/** Registers the hooks of a test file. Each test has a server without the roles and the database. */
export function useBootstrap() {
  let server: RdsServer;
  let directory: string;
  let services: http.Server;
  const functions: LocalFunction[] = [];
  /** What both functions wrote. */
  const logs: string[] = [];
  /** The ARNs that were read. */
  const read: string[] = [];
  /** What Secrets Manager has, by ARN. */
  const secrets = new Map<string, string>();
  let target: LocalFunction | undefined;
  let invocationsBeforeActive = 0;

  const startFunction = async (
    name: 'prepare' | 'read-secrets',
    credentials: typeof bootstrapRole,
    environment: Record<string, string>,
  ) => {
    const folder = await mkdtemp(join(directory, `${name}-`));
    bundleBootstrapFunction(name, folder);
    await build(bootstrapBuildOptions(folder));
    const fn = createLocalFunction({
      name,
      directory: folder,
      region: REGION,
      timeoutSeconds: 50,
      memoryMB: 256,
      onLog: (line) => logs.push(line),
      onPlatformLog: (line) => logs.push(line),
      environment: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        ...environment,
      },
    });
    functions.push(fn);
    return fn;
  };

  /** The few calls of two services that are made. */
  const answer = async (request: http.IncomingMessage, body: string): Promise<[number, object, string?]> => {
    const path = decodeURIComponent(request.url ?? '');
    if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      const { SecretId } = JSON.parse(body);
      read.push(SecretId);
      const SecretString = secrets.get(SecretId);
      return SecretString === undefined
        ? [400, { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." }]
        : [200, { ARN: SecretId, SecretString }];
    }
    if (path === `/2015-03-31/functions/${FUNCTION_ARN}` && request.method === 'GET') {
      return [200, { Configuration: { State: 'Active' } }];
    }
    if (path !== `/2015-03-31/functions/${FUNCTION_ARN}/invocations`) return [404, { message: `unexpected: ${path}` }];
    if (invocationsBeforeActive > 0) {
      invocationsBeforeActive -= 1;
      return [
        502,
        {
          __type: 'ResourceNotReadyException',
          message: 'The function is inactive and its VPC connection is no longer available.',
        },
      ];
    }
    try {
      const { payload } = (await target?.invoke(JSON.parse(body))) ?? {};
      return [200, payload as object];
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      return [200, { errorType: error.errorType, errorMessage: error.message, trace: [] }, 'Unhandled'];
    }
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bootstrap-'));
    server = await startRdsServer({
      region: REGION,
      principals: [
        { credentials: bootstrapRole, databaseUsers: [MASTER] },
        { credentials: userRole, databaseUsers: ['app', 'migrator'] },
      ],
      master: { username: MASTER, password: passwords.master },
    });
    services = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const [status, value, functionError] = await answer(request, body);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status >= 400 && { 'x-amzn-errortype': String((value as { __type?: string }).__type) }),
        ...(functionError !== undefined && { 'x-amz-function-error': functionError }),
      });
      response.end(JSON.stringify(value));
    });
    services.listen(0, '127.0.0.1');
    await once(services, 'listening');
    target = await startFunction('prepare', bootstrapRole, {
      DATABASE_HOST: server.host,
      DATABASE_PORT: String(server.port),
      DATABASE_NAME: DATABASE,
      DATABASE_USER: MASTER,
      NODE_EXTRA_CA_CERTS: server.caPath,
    });
  });
  afterAll(async () => {
    await Promise.all(functions.map((fn) => fn.stop()));
    services.close();
    services.closeAllConnections();
    await server.stop();
    await rm(directory, { recursive: true });
  });
  /** A server that nobody has prepared, and secrets that fit. */
  const startAnew = async () => {
    server.cutAt(Number.POSITIVE_INFINITY, 'question');
    invocationsBeforeActive = 0;
    const login = (username: string, password: string) => JSON.stringify({ username, password });
    secrets.set(SECRETS.master, login(MASTER, passwords.master));
    secrets.set(SECRETS.app, login('app', passwords.app));
    secrets.set(SECRETS.migrator, login('migrator', passwords.migrator));
    await reset(server);
    logs.length = 0;
    read.length = 0;
  };
  beforeEach(startAnew);

  /** A deployment's function outside of the VPC. */
  const starters = new Map<string, Promise<LocalFunction>>();
  const secretsFunction = (auth: 'iam' | 'secret') => {
    const started =
      starters.get(auth) ??
      startFunction('read-secrets', secretsRole, {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(services)}`,
        // Where Lambda's Node.js finds the AWS SDK.
        NODE_PATH: join(import.meta.dirname, '../../../../../../node_modules'),
        [SECRETS_ENVIRONMENT.functionArn]: FUNCTION_ARN,
        [SECRETS_ENVIRONMENT.masterSecretArn]: SECRETS.master,
        ...(auth === 'secret' && {
          [SECRETS_ENVIRONMENT.userSecretArns]: JSON.stringify({ app: SECRETS.app, migrator: SECRETS.migrator }),
        }),
      });
    starters.set(auth, started);
    return started;
  };

  /** What CloudFormation sends, and what it gets. */
  async function deploy(auth: 'iam' | 'secret' = 'iam', RequestType = 'Create', version = currentVersion()) {
    const Database = `${server.host}:${server.port}/${DATABASE}`;
    const fn = await secretsFunction(auth);
    return (await fn.invoke({ RequestType, ResourceProperties: { ServiceToken: 'arn', Version: version, Database } }))
      .payload;
  }

  return {
    deploy,
    startAnew,
    logs,
    read,
    secrets,
    putToSleep: () => {
      invocationsBeforeActive = 1;
    },
    get server() {
      return server;
    },
  };
}

export const currentVersion = () => bootstrapVersion(readBootstrapSql());

/** Takes away what a bootstrap has made. */
export async function reset(server: RdsServer): Promise<void> {
  const client = await server.superuser();
  await client.query(`drop database if exists ${DATABASE} with (force)`);
  const { rows } = await client.query("select rolname from pg_roles where rolname in ('app', 'migrator', 'owner')");
  for (const { rolname } of rows) await client.query(`drop role ${rolname}`);
  await client.query(`alter role ${MASTER} password '${passwords.master}'`);
  await client.end();
}

/** Roles, their settings, who is a member of what, databases, and who may do what in the database: as lines, to be compared. */
export async function describeServer(server: RdsServer): Promise<string[]> {
  const client = await server.superuser(DATABASE);
  const { rows } = await client.query<{ line: string }>(`
    select format('role %s login %s createrole %s createdb %s super %s bypass %s inherit %s settings %s', rolname, rolcanlogin,
                  rolcreaterole, rolcreatedb, rolsuper, rolbypassrls, rolinherit, rolconfig) as line
      from pg_roles where rolname !~ '^pg_'
    union all
    select format('%s is a member of %s, granted by %s, admin %s inherit %s set %s', member::regrole, roleid::regrole,
                  grantor::regrole, admin_option, inherit_option, set_option) from pg_auth_members
     where member <> 'pg_monitor'::regrole
    union all
    select format('database %s of %s: %s', datname, datdba::regrole, (select array_agg(acl::text order by acl::text) from unnest(datacl) acl))
      from pg_database
    union all
    select format('schema %s of %s: %s', nspname, nspowner::regrole, (select array_agg(acl::text order by acl::text) from unnest(nspacl) acl))
      from pg_namespace where nspname = 'public'
    union all
    select format('%s has a password: %s', rolname, rolpassword is not null) from pg_authid where rolname !~ '^pg_'
    order by 1`);
  await client.end();
  return rows.map(({ line }) => line);
}
