/** What proxy, server and network must have in common, so that one leads to the other. */
import type { ConfigurationProblem } from './configuration-error.js';
import type {
  CreatedServerSettings,
  DatabaseIdentity,
  DatabaseSettings,
  ExistingClusterSettings,
  ExistingInstanceSettings,
  NewProxySettings,
  ServerSettings,
} from './database-settings.js';
import type { Environment } from './environment.js';
import { quote } from './quote.js';

/** RDS takes these names for itself. */
const RESERVED_USERS = /^(postgres|rdsadmin|rdsproxyadmin|rds_.*|pg_.*)$/;

/** Sizes whose memory IAM authentication (300 to 1000 MiB) would use up. */
const TOO_SMALL_FOR_IAM = /\.(nano|micro)$/;

export function databaseInconsistencies({ network, database }: Environment): ConfigurationProblem[] {
  const { proxy, server } = database;
  const problems = [...serverPresence(database), ...separateUsers(database)];
  if (network.kind === 'created' && server?.kind !== 'created') {
    problems.push({
      path: 'database.server.kind',
      got: server === undefined ? `nothing, and a proxy of kind ${quote(proxy.kind)}` : quote(server.kind),
      expected: "'created': a created VPC is empty, so nothing that exists is in it",
      fix: "create the database too, or choose network: { kind: 'existing', … }",
    });
  }
  if (server === undefined) return problems;
  if (server.kind === 'created') problems.push(...createdServer(database, server));
  if (proxy.kind === 'new') problems.push(...newProxy(database, proxy, server));
  if (proxy.kind === 'none' && server.kind !== 'created') {
    for (const field of ['resourceId', 'endpoint', 'maxConnections'] as const) {
      problems.push(...required(server, field, 'without a proxy the functions sign in to the database itself'));
    }
  }
  return problems;
}

function serverPresence({ proxy, server }: DatabaseSettings): ConfigurationProblem[] {
  if (proxy.kind === 'existing' && server !== undefined) {
    return [
      {
        path: 'database.server',
        got: quote(server),
        expected: 'nothing: an existing proxy has its database already',
        fix: "remove it, or make a proxy for it: proxy: { kind: 'new', … }",
      },
    ];
  }
  if (proxy.kind !== 'existing' && server === undefined) {
    return [
      {
        path: 'database.server',
        got: quote(server),
        expected: "an object with kind: 'instance', 'cluster' or 'created'",
        fix: proxy.kind === 'new' ? 'say which database the proxy is for' : 'say which database to connect to',
      },
    ];
  }
  return [];
}

function separateUsers({ user, migrator }: DatabaseIdentity): ConfigurationProblem[] {
  if (migrator !== user) return [];
  return [
    {
      path: 'database.migrator',
      got: quote(migrator),
      expected: 'another user than database.user: who serves requests owns nothing and changes no table',
      fix: 'run src/database/bootstrap.sql, which makes both, and name them here',
    },
  ];
}

function newProxy(
  { migrator }: DatabaseIdentity,
  { auth, readOnlyEndpoint }: NewProxySettings,
  server: ServerSettings,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (auth.kind === 'iam' && server.kind !== 'created') {
    problems.push(...required(server, 'resourceId', 'the proxy signs in to the database with IAM'));
  }
  if (auth.kind === 'secret') problems.push(...secrets(auth, server, migrator));
  if (readOnlyEndpoint === true && server.kind !== 'cluster') {
    problems.push({
      path: 'database.proxy.readOnlyEndpoint',
      got: quote(readOnlyEndpoint),
      expected: 'nothing: RDS Proxy reads from the readers of an Aurora cluster only',
      fix: 'remove it',
    });
  }
  return problems;
}

function secrets(
  auth: Extract<NewProxySettings['auth'], { kind: 'secret' }>,
  server: ServerSettings,
  migrator: string | undefined,
): ConfigurationProblem[] {
  const fields = [
    { field: 'secretArn', user: 'database.user', isNeeded: true },
    { field: 'migratorSecretArn', user: 'database.migrator', isNeeded: migrator !== undefined },
  ] as const;
  return fields.flatMap(({ field, user, isNeeded }) => {
    const path = `database.proxy.auth.${field}`;
    const got = quote(auth[field]);
    if (server.kind === 'created') {
      if (auth[field] === undefined) return [];
      return [{ path, got, expected: 'nothing: a created database gets secrets of its own', fix: 'remove it' }];
    }
    if (isNeeded === (auth[field] !== undefined)) return [];
    if (!isNeeded) return [{ path, got, expected: `nothing without ${user}`, fix: `remove it, or name ${user}` }];
    return [
      {
        path,
        got,
        expected: `the complete ARN of the secret with the name and password of ${user}`,
        fix: "make one, or choose auth: { kind: 'iam' }, which needs none",
      },
    ];
  });
}

function createdServer(
  { name, user, migrator }: DatabaseIdentity,
  server: CreatedServerSettings,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    problems.push({
      path: 'database.name',
      got: quote(name),
      expected: 'letters, digits and _, the first a letter, as RDS asks of a database that it makes',
      fix: 'choose another name',
    });
  }
  for (const [field, value] of Object.entries({ user, migrator })) {
    if (value === undefined || !RESERVED_USERS.test(value)) continue;
    problems.push({
      path: `database.${field}`,
      got: quote(value),
      expected: 'a user of the application; this name is the master user’s, RDS’s or PostgreSQL’s own',
      fix: `choose another name, for example ${field === 'user' ? 'app' : 'migrator'}`,
    });
  }
  if (server.instanceType !== undefined && TOO_SMALL_FOR_IAM.test(server.instanceType)) {
    problems.push({
      path: 'database.server.instanceType',
      got: quote(server.instanceType),
      expected: 'small or larger: IAM authentication alone takes 300 to 1000 MiB of memory',
      fix: 'choose for example t4g.small',
    });
  }
  return problems;
}

function required(
  server: ExistingInstanceSettings | ExistingClusterSettings,
  field: 'resourceId' | 'endpoint' | 'maxConnections',
  reason: string,
): ConfigurationProblem[] {
  if (server[field] !== undefined) return [];
  const command = server.kind === 'instance' ? 'describe-db-instances' : 'describe-db-clusters';
  return [
    {
      path: `database.server.${field}`,
      got: quote(undefined),
      expected: `a value, because ${reason}`,
      fix: field === 'maxConnections' ? 'run show max_connections in psql' : `run aws rds ${command}`,
    },
  ];
}
