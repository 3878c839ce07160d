/**
 * Prepares a server as its master user: makes the database, the roles of bootstrap.sql, and what the roles log in with. Each step
 * looks at what is there, so that a run that was cut short is completed by the next, and one more changes nothing.
 */
import pg from 'pg';
import { toBootstrapError } from './bootstrap-error.js';
import { BOOTSTRAP_USERS, type Login } from './request.js';
import { scramVerifier } from './scram-verifier.js';

export interface BootstrapOptions {
  /** Its name; it is created if it is missing. */
  readonly database: string;
  /** The text of bootstrap.sql. */
  readonly sql: string;
  /** `iam`, or the passwords of the users. */
  readonly users: 'iam' | readonly Login[];
  /** For another run on the same server. */
  readonly lockWaitMillis: number;
  /** Opens a session as the master user. */
  connect(database: string): Promise<pg.Client>;
}

/** Exists on every server, and RDS's master user can connect to it. */
const MAINTENANCE_DATABASE = 'postgres';

/** Of an advisory lock, which belongs to the database in which it is taken: of a server's runs, one works at a time. */
const LOCK = 5_102_017;

/** @throws BootstrapError, MigrationError when the server cannot be reached */
export async function bootstrapDatabase(options: BootstrapOptions): Promise<void> {
  const { database, sql, users, lockWaitMillis } = options;
  const maintenance = await options.connect(MAINTENANCE_DATABASE);
  try {
    // Two sessions that alter a role at the same time: one fails with "tuple concurrently updated".
    await run(maintenance, 'wait for another deployment that prepares this server', lockStatement(lockWaitMillis));
    await createDatabase(maintenance, database);
    const client = await options.connect(database);
    try {
      // One message: PostgreSQL does all of it or nothing.
      const logins = users === 'iam' ? IAM_LOGINS : passwordLogins(users);
      await run(client, `prepare the database ${database}`, `begin;\n${sql}\n${logins}\ncommit;`);
    } finally {
      await close(client);
    }
  } finally {
    await close(maintenance);
  }
}

const lockStatement = (millis: number) => `set lock_timeout = ${millis}; select pg_advisory_lock(${LOCK})`;

async function createDatabase(client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  // No transaction can create one, so this is a message of its own.
  if (rowCount === 0) await run(client, `create the database ${name}`, `create database ${pg.escapeIdentifier(name)}`);
}

const USERS = Object.values(BOOTSTRAP_USERS).join(', ');

/** rds_iam forbids a password, so that one that is left has no use. */
const IAM_LOGINS = [
  `grant rds_iam to ${USERS};`,
  ...Object.values(BOOTSTRAP_USERS).map((user) => `alter role ${user} password null;`),
].join('\n');

function passwordLogins(users: readonly Login[]): string {
  const names = users.map(({ username }) => username);
  return `
    do $$
    declare
      member text;
    begin
      foreach member in array array[${names.map(pg.escapeLiteral).join(', ')}] loop
        if exists (select from pg_roles where rolname = 'rds_iam') and pg_has_role(member, 'rds_iam', 'member') then
          execute format('revoke rds_iam from %I', member);
          if pg_has_role(member, 'rds_iam', 'member') then
            raise exception '% still holds rds_iam, which forbids a password', member
              using hint = 'Another user than this one has granted it, and must revoke it.';
          end if;
        end if;
      end loop;
    end
    $$;
    ${users
      .map(({ username, password }) => {
        const verifier = pg.escapeLiteral(scramVerifier(password));
        return `alter role ${pg.escapeIdentifier(username)} password ${verifier};`;
      })
      .join('\n')}`;
}

async function run(client: pg.Client, doing: string, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw toBootstrapError(doing, error);
  }
}

const close = (client: pg.Client) => client.end().catch(() => undefined);
