/** Describes which PostgreSQL the functions use and how they get to it: the database part of an environment. */
import { BOOTSTRAP_USERS } from '@vpc-postgres/lambda/database/bootstrap/request.js';
import { z } from 'zod/v4';
import { type Check, quote } from './configuration-error.js';
import { COMPARE, existingSecurityGroup, LEAVE_OUT, type Settings, secretArn, text } from './fields.js';
import type { NetworkSettings } from './network-settings.js';
import { checkNewProxy, type ExistingProxySettings, proxySchema } from './proxy-settings.js';
import {
  checkMasterUser,
  checkNewServer,
  checkPresence,
  isBootstrapped,
  type ServerSettings,
  serverSchema,
} from './server-settings.js';

export type * from './proxy-settings.js';
export type * from './server-settings.js';

/** 63 bytes is PostgreSQL's own limit (NAMEDATALEN). A wildcard would become one in the IAM policy of the functions. */
function postgresName(what: string, fix: string) {
  const expected = `${what}: a letter or _, then letters, digits, _ or -, 63 at most`;
  return text(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, { expected, fix });
}

export const databaseSchema = z
  .strictObject({
    /** The name of the PostgreSQL database, 1 to 63 characters. */
    name: postgresName('the name of the PostgreSQL database', 'list the databases with \\l in psql'),
    /**
     * The one database user that the functions can connect as, 1 to 63 characters, case-sensitive. Not the master user:
     * a user that owns nothing and holds only the privileges that the application needs.
     */
    user: postgresName('one database user, no wildcard', 'list the users with \\du in psql'),
    /**
     * The database user that runs the migrations during a deployment, which fails if it cannot log in as it: `migrator`,
     * which the deployment creates, or `packages/lambda/src/database/bootstrap.sql` by hand where it is not told
     * `server.masterSecretArn`. An existing proxy must know it as it knows `user`. 1 to 63 characters, case-sensitive.
     * @default - a deployment migrates nothing
     */
    migrator: postgresName(
      'the database user that migrates, no wildcard',
      'run packages/lambda/src/database/bootstrap.sql, which makes migrator; or leave it out, and a deployment migrates nothing',
    ).optional(),
    /** How the functions get to the database: a proxy that exists, a new one in front of `server`, or none. */
    proxy: proxySchema,
    /** The database itself. An existing proxy has its own already. */
    server: serverSchema.optional(),
  })
  .meta({ expected: 'an object with name, user and proxy', fix: COMPARE });

/** Either a proxy that exists, or a server and the way to it. */
export type DatabaseSettings = Settings<typeof databaseSchema> &
  (
    | { readonly proxy: ExistingProxySettings; readonly server?: never }
    | { readonly proxy: { readonly kind: 'new' | 'none' }; readonly server: ServerSettings }
  );

/** Checks that proxy, server and network lead to one another. */
export function checkDatabase(database: DatabaseSettings, network: NetworkSettings): Check[] {
  const { user, migrator, proxy, server } = database;
  const reason = 'without a proxy the functions sign in to the database itself';
  return [
    proxy.kind === 'existing' &&
      server !== undefined && {
        path: 'database.server',
        expected: 'nothing: an existing proxy has its database already',
        fix: "remove it, or make a proxy for it: proxy: { kind: 'new', … }",
      },
    proxy.kind !== 'existing' &&
      server === undefined && {
        path: 'database.server',
        expected: "an object with kind: 'instance', 'cluster' or 'new'",
        fix: proxy.kind === 'new' ? 'say which database the proxy is for' : 'say which database to connect to',
      },
    ...(isBootstrapped(server) ? checkUsers(database) : []),
    ...(server ? checkMasterUser(server) : []),
    user === migrator && {
      path: 'database.migrator',
      expected: 'another user than database.user: who serves requests owns nothing and changes no table',
      fix: 'run packages/lambda/src/database/bootstrap.sql, which makes both, and name them here',
    },
    network.kind === 'new' &&
      server?.kind !== 'new' && {
        path: 'database.server.kind',
        got: server === undefined ? `nothing, and a proxy of kind ${quote(proxy.kind)}` : quote(server.kind),
        expected: "'new': a created VPC is empty, so nothing that exists is in it",
        fix: "create the database too, or choose network: { kind: 'existing', … }",
      },
    ...(server?.kind === 'new' ? [checkName(database), checkNewServer(server)] : []),
    ...(server && proxy.kind === 'new' ? checkNewProxy(proxy, server, migrator) : []),
    ...(server && proxy.kind === 'none'
      ? checkPresence(server, ['resourceId', 'endpoint', 'maxConnections'], reason)
      : []),
  ];
}

/** Checks what RDS asks of the name of a database that it creates with its server. */
function checkName({ name }: DatabaseSettings): Check {
  return (
    !/^[A-Za-z][A-Za-z0-9_]*$/.test(name) && {
      path: 'database.name',
      expected: 'letters, digits and _, the first a letter, as RDS asks of a database that it makes',
      fix: 'choose another name',
    }
  );
}

/** Checks that the users are those that the deployment makes, and to which migrations grant privileges. */
function checkUsers({ user, migrator }: DatabaseSettings): Check[] {
  const given = { user, ...(migrator !== undefined && { migrator }) };
  return Object.entries(given).map(([field, value]) => {
    const made = BOOTSTRAP_USERS[field as keyof typeof BOOTSTRAP_USERS];
    return (
      value !== made && {
        path: `database.${field}`,
        expected: `${quote(made)}, the user that the deployment makes in this server`,
        fix: `write ${field}: '${made}'`,
      }
    );
  });
}

/**
 * Models and queries that a function of Amplify's own answers from the database, without code of yours. It logs in with
 * a password and knows neither IAM tokens nor the caller. It goes to the existing proxy, or where there is none to the
 * database itself, because a proxy that this backend creates admits IAM alone.
 */
export type SqlDataSourceSettings = Settings<typeof sqlDataSourceSchema>;
export const sqlDataSourceSchema = z
  .strictObject({
    /**
     * The complete ARN, with its six-character suffix, of the Secrets Manager secret with `host`, `port`, `username`,
     * `password` and `dbname` of the role in packages/lambda/src/database/sql-data-source.sql. `vpc-postgres
     * sql-secret` copies it to where Amplify looks; no function reads it. (RDS's own secrets have a `!` in their names.)
     */
    secretArn,
    /** A security group for the function and for the VPC endpoint of its secrets. @default - one is created */
    securityGroup: existingSecurityGroup.optional(),
  })
  .meta({ expected: 'an object with secretArn', fix: `${LEAVE_OUT} to have no SQL data source` });

/** Checks that the SQL data source has a VPC to be in, and a secret of its own. */
export function checkSqlDataSource(
  { secretArn }: SqlDataSourceSettings,
  network: NetworkSettings,
  { proxy, server }: DatabaseSettings,
): Check[] {
  const masterSecretArn = server?.kind === 'new' ? undefined : server?.masterSecretArn;
  const auth = proxy.kind === 'new' && proxy.auth.kind === 'secret' ? proxy.auth : undefined;
  return [
    network.kind === 'new' && {
      path: 'sqlDataSource',
      got: `one, and a network of kind ${quote(network.kind)}`,
      expected: 'a VPC that exists: Amplify must know the ids and zones of its subnets before anything is created',
      fix:
        "use a VPC that another stack or environment owns: network: { kind: 'existing', … }; or remove sqlDataSource. Not by " +
        'changing the kind here: that deletes the VPC that was created',
    },
    [auth?.secretArn, auth?.migratorSecretArn, masterSecretArn].includes(secretArn) && {
      path: 'sqlDataSource.secretArn',
      expected:
        'a secret of its own, not one of database.proxy.auth or database.server: those roles may see what no caller of the SQL data source may',
      fix: 'make the role of packages/lambda/src/database/sql-data-source.sql, and a secret for it',
    },
  ];
}
