/** Applies the SQL files of src/database/migrations, in the order of their names, each once and each in a transaction. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase } from 'pg';

export interface Migration {
  /** File name, for example 0001-create-orders.sql. */
  name: string;
  sql: string;
  /** SHA-256 of the file, in hex. */
  checksum: string;
}

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;

/** Held while migrating, so that two runners do not meet. Any constant does, as long as nobody else uses it. */
const LOCK_ID = 7_236_115_902;

/** @throws MigrationError when a file's name does not fit `0001-what-it-does.sql`. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const misnamed = names.filter((name) => !FILE_NAME.test(name));
  if (misnamed.length > 0) {
    throw new MigrationError(`Migrations are named like 0001-create-orders.sql, but found: ${misnamed.join(', ')}`);
  }
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * @param client A direct connection (the session lock would pin an RDS Proxy connection) of a role that may create tables.
 * @returns The names of the migrations that were applied now.
 * @throws MigrationError when an applied file has changed or gone, or a file fails. That file's changes are rolled back.
 */
export async function migrate(client: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [LOCK_ID]);
  try {
    await client.query(
      'create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from schema_migrations',
    );
    refuseDrift(migrations, rows);

    const applied = new Set(rows.map((row) => row.name));
    const pending = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK_ID]);
  }
}

function refuseDrift(migrations: readonly Migration[], applied: readonly { name: string; checksum: string }[]): void {
  const files = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  const problems = applied.flatMap(({ name, checksum }) => {
    const file = files.get(name);
    if (file === undefined) return [`${name} has been applied to this database, but the file is gone.`];
    if (file !== checksum) return [`${name} has changed since it was applied to this database.`];
    return [];
  });
  if (problems.length === 0) return;
  throw new MigrationError(
    `${problems.join('\n')}\nAn applied migration is never edited: restore the file, and put the change into a new one.`,
  );
}

async function apply(client: ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new MigrationError(`${name}${positionOf(cause, sql)}: ${(cause as Error).message}`, { cause });
  }
}

/** PostgreSQL counts the position of an error in characters from the start of the text; people count lines. */
function positionOf(error: unknown, sql: string): string {
  const position = Number((error as { position?: unknown }).position);
  if (!Number.isInteger(position) || position < 1) return '';
  const before = sql.slice(0, position - 1).split('\n');
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
