/** Applies one file: all of it or nothing. */
import { createHistory, recordFinished } from './history.js';
import type { Migration, Statement } from './migration.js';
import { MigrationError } from './migration-error.js';
import { describePostgresError } from './postgres-message.js';
import type { Session } from './session.js';

/** Told before each statement, for a log. */
export type OnStatement = (migration: Migration, statement: Statement) => void;

/** Throws a MigrationError when the file must not count as applied. */
export type Verify = (migration: Migration) => Promise<void>;

/** @throws MigrationError; nothing of the file remains then. */
export async function applyInTransaction(
  session: Session,
  migration: Migration,
  onStatement: OnStatement,
  verify?: Verify,
): Promise<void> {
  const last = migration.statements.at(-1);
  if (last === undefined) return;
  // A constraint that is deferred is checked by the commit, and then the whole file is to blame.
  await locating(migration, last, () =>
    session.transaction(async () => {
      await createHistory(session);
      for (const statement of migration.statements) {
        onStatement(migration, statement);
        await locating(migration, statement, () => session.run(statement.text));
      }
      await forgetSettings(session);
      await verify?.(migration);
      await recordFinished(session, migration);
    }),
  );
}

/** @throws MigrationError that tells at which statement of the file it was. */
export async function locating<Result>(
  migration: Migration,
  statement: Statement,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    throw new MigrationError(describePostgresError(migration, statement, cause), { cause });
  }
}

/** A setting or role that a file sets is its own affair, and not the next file's. Back to what the role's login gives. */
export async function forgetSettings(session: Session): Promise<void> {
  await session.run('reset role');
  await session.run('reset all');
}
