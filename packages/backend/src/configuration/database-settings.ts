/** Describes which PostgreSQL the functions use and how they get to it: the database part of an environment. */
import { z } from 'zod/v4';
import { type ConfigurationProblem, problemsAmong, quote } from './configuration-error.js';
import { COMPARE, type Settings, text } from './fields.js';
import type { NetworkSettings } from './network-settings.js';
import { checkNewProxy, type ExistingProxySettings, proxySchema } from './proxy-settings.js';
import { checkCreatedServer, checkPresence, type ServerSettings, serverSchema } from './server-settings.js';

export type * from './proxy-settings.js';
export type * from './server-settings.js';

/** 63 bytes is PostgreSQL's own limit (NAMEDATALEN). A wildcard would become one in the IAM policy of the functions. */
function postgresName(expected: string, fix: string) {
  return text(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/).meta({
    expected: `${expected}: a letter or _, then letters, digits, _ or -, 63 at most`,
    fix,
  });
}

export const databaseSchema = z
  .strictObject({
    /** The name of the PostgreSQL database, 1 to 63 characters. */
    name: postgresName('the name of the PostgreSQL database', 'list the databases with \\l in psql'),
    /**
     * The one database user that the functions may connect as, 1 to 63 characters, case-sensitive. Not the master user:
     * a user that owns nothing and holds only the rights that the application needs.
     */
    user: postgresName('one database user, no wildcard', 'list the users with \\du in psql'),
    /**
     * The database user that runs the migrations during a deployment, 1 to 63 characters, case-sensitive:
     * `packages/lambda/src/database/bootstrap.sql` makes it, as `migrator`. Name it once that has been run; a deployment that cannot
     * log in as it fails. The proxy must know it as it knows `user`. @default - a deployment migrates nothing
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
export function checkDatabase(database: DatabaseSettings, network: NetworkSettings): ConfigurationProblem[] {
  const { user, migrator, proxy, server } = database;
  const problems = problemsAmong([
    proxy.kind === 'existing' &&
      server !== undefined && {
        path: 'database.server',
        got: quote(server),
        expected: 'nothing: an existing proxy has its database already',
        fix: "remove it, or make a proxy for it: proxy: { kind: 'new', … }",
      },
    proxy.kind !== 'existing' &&
      server === undefined && {
        path: 'database.server',
        got: quote(server),
        expected: "an object with kind: 'instance', 'cluster' or 'new'",
        fix: proxy.kind === 'new' ? 'say which database the proxy is for' : 'say which database to connect to',
      },
    user === migrator && {
      path: 'database.migrator',
      got: quote(migrator),
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
  ]);
  if (server === undefined) return problems;
  if (server.kind === 'new') problems.push(...checkNames(database), ...checkCreatedServer(server));
  if (proxy.kind === 'new') problems.push(...checkNewProxy(proxy, server, migrator));
  if (proxy.kind !== 'none') return problems;
  const reason = 'without a proxy the functions sign in to the database itself';
  return [...problems, ...checkPresence(server, ['resourceId', 'endpoint', 'maxConnections'], reason)];
}

/** Checks what RDS asks of the names in a server that it creates: some users are its own. */
function checkNames({ name, user, migrator }: DatabaseSettings): ConfigurationProblem[] {
  return problemsAmong([
    !/^[A-Za-z][A-Za-z0-9_]*$/.test(name) && {
      path: 'database.name',
      got: quote(name),
      expected: 'letters, digits and _, the first a letter, as RDS asks of a database that it makes',
      fix: 'choose another name',
    },
    ...Object.entries({ user, migrator }).map(
      ([field, value]) =>
        /^(postgres|rdsadmin|rdsproxyadmin|rds_.*|pg_.*)$/.test(value ?? '') && {
          path: `database.${field}`,
          got: quote(value),
          expected: 'a user of the application; this name is the master user’s, RDS’s or PostgreSQL’s own',
          fix: `choose another name, for example ${field === 'user' ? 'app' : 'migrator'}`,
        },
    ),
  ]);
}
