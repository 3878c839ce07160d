/**
 * Applies a `-- no-transaction` file: one statement after the other, each recorded. A run that is cut short is resumed
 * where it ended. Whatever PostgreSQL allows in a transaction runs in one, together with its record, so that it happens
 * once; the few statements that it does not allow are those that can be repeated.
 *
 * Each statement finds the session that a resumed run gives it: as the login made it, and then the settings of the file
 * before it. So both runs do the same, and what a resumed run could not repeat is refused in the first.
 */
import { tokenize } from '../../sql/tokens.js';
import { locating, type OnStatement, runStatement, type Verify } from './apply-migration.js';
import { dropInvalidIndex, findIndex } from './concurrent-index.js';
import { type Progress, recordProgress, removeRecord } from './history.js';
import { checksumOf, type Migration, type SqlStatement } from './migration.js';
import { describeProblem, MigrationError } from './migration-error.js';
import { type Blocker, reportWaits, type WaitObserver } from './report-waits.js';
import type { Session } from './session.js';
import { differencesOf, readSessionState, resetSession } from './session-state.js';
import { outsideTransaction } from './statement-kind.js';

export interface StepOptions {
  readonly onStatement: OnStatement;
  readonly waitObserver?: WaitObserver | undefined;
  readonly verify?: Verify | undefined;
}

/** One statement that is to run now. */
interface Step {
  readonly session: Session;
  readonly migration: Migration;
  readonly statement: SqlStatement;
  /** Those of the file before it. */
  readonly settings: readonly SqlStatement[];
  /** What is recorded of the file. */
  readonly known: Progress | undefined;
  readonly waitObserver?: WaitObserver | undefined;
}

const NOTHING: Progress = { finished: false, doneStatements: [], runningStatement: null };

/**
 * @param begun what is recorded of an earlier run.
 * @throws MigrationError; the statements before the one that failed stay, and the next run goes on from there.
 */
export async function applyWithoutTransaction(
  session: Session,
  migration: Migration,
  begun: Progress | undefined,
  { onStatement, waitObserver, verify }: StepOptions,
): Promise<void> {
  const doneCount = begun?.doneStatements.length ?? 0;
  const settings: SqlStatement[] = [];
  let known = begun;
  for (const [index, statement] of migration.statements.entries()) {
    if (index >= doneCount) {
      onStatement(migration, statement);
      const step = { session, migration, statement, settings, known, waitObserver };
      const apply = outsideTransaction(statement) === undefined ? applyInside : applyOutside;
      known = await locating(migration, statement, () => apply(step));
    }
    if (isSetting(statement)) settings.push(statement);
  }
  await verify?.(migration);
  await recordProgress(session, migration, known, { ...(known ?? NOTHING), finished: true });
}

/** Takes effect on the session alone, and lasts: so it is repeated before each statement behind it. */
function isSetting({ tokens: [first = '', second = ''] }: SqlStatement): boolean {
  return /^(set|reset)$/i.test(first) && !/^(local|transaction|constraints)$/i.test(second);
}

async function applyInside({ session, migration, statement, settings, known }: Step): Promise<Progress> {
  const progress = await session.transaction(async () => {
    const recorded = await recordProgress(session, migration, known, withDone(known, statement));
    await repeatSettings(session, migration, settings);
    if (isSetting(statement)) await session.run(statement.text);
    else await runWithoutTrace(session, migration, statement);
    return recorded;
  });
  await resetSession(session);
  return progress;
}

async function runWithoutTrace(session: Session, migration: Migration, statement: SqlStatement): Promise<void> {
  const reject = (what: string, fix: string) => {
    const message = `this might leave ${what} to the statements behind it, and a run that is resumed there would be without it. ${fix}`;
    throw new MigrationError(describeProblem(migration, statement.offset, message));
  };
  // PostgreSQL does not list the settings that have a name of their own, such as my.setting.
  if (callsSetConfig(statement))
    reject('a setting', 'Write set NAME = VALUE, a statement of its own, in place of set_config()');
  const before = await readSessionState(session);
  await runStatement(session, statement);
  const differences = differencesOf(before, await readSessionState(session));
  if (differences.length === 0) return;
  reject(
    differences.join(', '),
    'Write a setting as a statement of its own, set NAME = VALUE; drop a temporary table in the block that makes it',
  );
}

/** Outside of what it only defines. */
function callsSetConfig({ text, tokens }: SqlStatement): boolean {
  if (/^create$/i.test(tokens[0] ?? '')) return false;
  return [...tokenize(text)].some((token) => token.kind === 'word' && /^"?set_config"?$/i.test(token.text));
}

async function applyOutside(step: Step): Promise<Progress> {
  const { session, migration, statement, known } = step;
  const checksum = checksumOf(statement.text);
  const isBuilt = buildsIndex(statement) && (await withSettings(step, () => prepareIndex(session, statement)));
  // Without IF NOT EXISTS, only an index that the statement itself has built counts.
  if (isBuilt && known?.runningStatement === checksum) {
    return recordProgress(session, migration, known, withDone(known, statement));
  }
  const running = await session.transaction(() =>
    recordProgress(session, migration, known, { ...(known ?? NOTHING), runningStatement: checksum }),
  );
  try {
    await withSettings(step, async () => {
      await session.run(statement.text);
      if (!buildsIndex(statement) || (await findIndex(session, statement))?.valid) return;
      const message =
        'no valid index of this name is on the table afterwards. Something else has the name: use another';
      throw new MigrationError(describeProblem(migration, statement.offset, message));
    });
  } catch (error) {
    if (session.isUsable) await takeBack(step, running, error).catch(() => undefined);
    throw error;
  }
  return recordProgress(session, migration, running, withDone(running, statement));
}

/** @returns whether the index is there and valid. Drops it when it is invalid. */
async function prepareIndex(session: Session, statement: SqlStatement): Promise<boolean> {
  const found = await findIndex(session, statement);
  if (found !== undefined) await dropInvalidIndex(session, found);
  return found?.valid === true;
}

/**
 * After an error, removes what the statement has left, and then what is recorded of it, so that the file is free to be
 * changed or removed when nothing else of it has run. Where that fails, the next run finds what is recorded.
 */
async function takeBack({ session, migration, statement, settings }: Step, running: Progress, error: unknown) {
  await resetSession(session);
  if (buildsIndex(statement)) {
    await repeatSettings(session, migration, settings);
    await prepareIndex(session, statement);
    await resetSession(session);
  } else if (!isVacuum(statement) && !isRejection(error)) return;
  if (running.doneStatements.length === 0) await removeRecord(session, migration, running);
  else await recordProgress(session, migration, running, { ...running, runningStatement: null });
}

/** PostgreSQL has not begun with the statement: a syntax error, a name that it does not know, a privilege that is missing. */
function isRejection(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('42');
}

/** Leaves nothing that a later run would have to know of. */
function isVacuum({ tokens: [first = ''] }: SqlStatement): boolean {
  return /^vacuum$/i.test(first);
}

function buildsIndex(statement: SqlStatement): boolean {
  return outsideTransaction(statement)?.kind === 'create index';
}

/** Runs the callback in the session that the file has made. */
async function withSettings<Result>(step: Step, callback: () => Promise<Result>): Promise<Result> {
  const { session, migration, statement, settings, waitObserver } = step;
  // A build waits for transactions that are older, and a drop too. Both let everybody read and write meanwhile, so neither
  // is bound by the lock_timeout of the role, only by the file's own.
  const isConcurrent = !isVacuum(statement);
  if (isConcurrent) await session.run('set lock_timeout = 0');
  await repeatSettings(session, migration, settings);
  const report = (blockers: readonly Blocker[]) => waitObserver?.onWait(migration, statement, blockers);
  const result = isConcurrent ? await reportWaits(session, waitObserver, report, callback) : await callback();
  await resetSession(session);
  return result;
}

async function repeatSettings(
  session: Session,
  migration: Migration,
  settings: readonly SqlStatement[],
): Promise<void> {
  for (const setting of settings) await locating(migration, setting, () => session.run(setting.text));
}

function withDone(known: Progress | undefined, { text }: SqlStatement): Progress {
  return { ...NOTHING, doneStatements: [...(known?.doneStatements ?? []), checksumOf(text)] };
}
