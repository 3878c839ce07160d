/**
 * Applies a `-- no-transaction` file: one statement after the other, each recorded. A run that is cut short is resumed
 * where it ended. Whatever PostgreSQL allows in a transaction runs in one, together with its record, so that it happens
 * once; the few statements that it does not allow are those that can be repeated.
 */
import { forgetSettings, locating, type OnStatement, type Verify } from './apply-migration.js';
import { prepareIndex } from './concurrent-index.js';
import {
  type AppliedMigration,
  createHistory,
  recordBegun,
  recordDone,
  recordFinished,
  recordRunning,
} from './history.js';
import { checksumOf, type Migration, type Statement } from './migration.js';
import type { Session } from './session.js';
import { outsideTransaction } from './statement-kind.js';

/**
 * @param begun what is recorded of an earlier run.
 * @throws MigrationError; the statements before the one that failed stay, and the next run goes on from there.
 */
export async function applyStepByStep(
  session: Session,
  migration: Migration,
  begun: AppliedMigration | undefined,
  onStatement: OnStatement,
  verify?: Verify,
): Promise<void> {
  await session.transaction(async () => {
    await createHistory(session);
    await recordBegun(session, migration);
  });
  const doneCount = begun?.doneStatements.length ?? 0;
  for (const [index, statement] of migration.statements.entries()) {
    const isDone = index < doneCount;
    if (isDone && !isSetting(statement)) continue;
    onStatement(migration, statement);
    await locating(migration, statement, async () => {
      if (isDone) await session.run(statement.text);
      else await applyStatement(session, migration, statement, begun?.runningStatement);
    });
  }
  await forgetSettings(session);
  await verify?.(migration);
  await recordFinished(session, migration);
}

/** Holds for the rest of the file, and so must be set again when the rest runs on another connection. */
function isSetting({ tokens: [first = ''] }: Statement): boolean {
  return first.toLowerCase() === 'set';
}

async function applyStatement(
  session: Session,
  migration: Migration,
  statement: Statement,
  wasRunning: string | null | undefined,
): Promise<void> {
  const checksum = checksumOf(statement.text);
  const outside = outsideTransaction(statement);
  if (outside === undefined) {
    await session.transaction(async () => {
      await session.run(statement.text);
      await recordDone(session, migration, checksum);
    });
    return;
  }
  const isBuilt = outside.kind === 'create index' && (await prepareIndex(session, outside)) && wasRunning === checksum;
  if (!isBuilt) {
    await recordRunning(session, migration, checksum);
    await session.run(statement.text);
  }
  await recordDone(session, migration, checksum);
}
