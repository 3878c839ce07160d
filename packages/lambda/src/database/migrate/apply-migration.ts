/** Applies one file: all of it or nothing. */
import { FINISHED, recordProgress } from './history.js';
import type { Migration, SqlStatement } from './migration.js';
import { MigrationError } from './migration-error.js';
import { describePostgresError } from './postgres-message.js';
import type { Session } from './session.js';
import { resetSession } from './session-state.js';

/** Called before each statement, for a log. */
export type OnStatement = (migration: Migration, statement: SqlStatement) => void;

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
      await recordProgress(session, migration, undefined, FINISHED);
      for (const statement of migration.statements) {
        onStatement(migration, statement);
        await locating(migration, statement, () => runStatement(session, statement));
      }
      if (verify !== undefined) {
        // Without the settings of the file, which would change what is found.
        await session.run('reset role');
        await session.run('reset all');
        await verify(migration);
      }
    }),
  );
  await resetSession(session);
}

/** @throws MigrationError with the place of the statement in the file. */
export async function locating<Result>(
  migration: Migration,
  statement: SqlStatement,
  callback: () => Promise<Result>,
): Promise<Result> {
  try {
    return await callback();
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    throw new MigrationError(describePostgresError(migration, statement, cause), { cause });
  }
}

/** Runs a statement in the transaction that is open. */
export async function runStatement(session: Session, { text, tokens }: SqlStatement): Promise<void> {
  if (!/^create (or replace )?(function|procedure)\b/i.test(tokens.slice(0, 4).join(' '))) {
    await session.run(text);
    return;
  }
  // PostgreSQL checks the body as if it ran. With row_security = off, which the role migrator has for what does run, it
  // refuses every table whose policies hold for its owner too.
  const { rows } = await session.run<{ value: string }>("select current_setting('row_security') as value");
  await session.run('set row_security = on');
  await session.run(text);
  await session.run("select set_config('row_security', $1, false)", [rows[0]?.value]);
}
