/** Reads files as migrations and checks the whole set, without a database: all that is wrong, at once. */
import { UnterminatedError } from '../../sql/tokens.js';
import { checksumOf, type Migration, type MigrationFile, type SqlStatement } from './migration.js';
import { describeProblem, MigrationError } from './migration-error.js';
import { splitStatements } from './split-statements.js';
import { copyDirection, outsideTransaction, psqlCommand, transactionControl } from './statement-kind.js';

const WORDS = '[a-z0-9]+(?:-[a-z0-9]+)*';
const FILE_NAME = new RegExp(`^\\d{4}-${WORDS}\\.sql$`);

/** The first line of a file whose statements run without a transaction around them. */
const NO_TRANSACTION = /^-- no-transaction[ \t]*$/m;

/** What is in the folder and cannot be read as SQL. */
export interface UnreadFile {
  readonly name: string;
  /** Names the file. */
  readonly problem: string;
}

/**
 * @param files in any order.
 * @param unread files that have a number, and a problem, already.
 * @returns in the order of their numbers.
 * @throws MigrationError with every problem of every file.
 */
export function prepareMigrations(files: readonly MigrationFile[], unread: readonly UnreadFile[] = []): Migration[] {
  const read = files.toSorted(byName).map(normalize).map(readMigration);
  const names = [...files, ...unread].toSorted(byName).map(({ name }) => name);
  const problems = [
    ...nameProblems(names),
    ...unread.map(({ problem }) => problem),
    ...read.flatMap((result) => result.problems),
  ];
  if (problems.length > 0) throw new MigrationError(problems.join('\n\n'));
  return read.map(({ migration }) => migration);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** The number of a file that is named as it should be. */
export function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}

/**
 * @param existing names of files.
 * @param words what the next one does: add-invoices.
 * @throws MigrationError when it cannot be named so, or when one of the files is misnamed, and may have the next number.
 */
export function nextFileName(existing: readonly string[], words: string): string {
  if (!new RegExp(`^${WORDS}$`).test(words)) {
    throw new MigrationError(
      `The name is "${words}". Expected words of a-z and 0-9 with hyphens, for example add-invoices.`,
    );
  }
  const misnamed = misnamedProblems(existing);
  if (misnamed.length > 0) throw new MigrationError(misnamed.join('\n\n'));
  const last = Math.max(0, ...existing.map(numberOf));
  if (last >= 9999) throw new MigrationError('There are 9999 migrations, and no number is left.');
  return `${String(last + 1).padStart(4, '0')}-${words}.sql`;
}

/** An editor's byte order mark and the line ends of Windows are no part of what is applied. */
function normalize({ name, sql }: MigrationFile): MigrationFile {
  return { name, sql: sql.replace(/^\ufeff/, '').replaceAll('\r\n', '\n') };
}

function misnamedProblems(names: readonly string[]): string[] {
  return names
    .filter((name) => !FILE_NAME.test(name))
    .map((name) => {
      const rule = `${name} is not named like 0001-create-orders.sql: four digits, then words of a-z and 0-9 with hyphens.`;
      if (/[/\\]/.test(name)) return `${rule} Only files directly in the folder are applied: move it there, or away.`;
      const [, stem = ''] = /^(.*?)\.(?:p|pg)?sql(?![a-z])/i.exec(name) ?? [];
      const better = `${stem.toLowerCase().replaceAll(/[_.\s]/g, '-')}.sql`;
      return FILE_NAME.test(better) && !names.includes(better) ? `${rule} Rename it to ${better}.` : rule;
    });
}

function nameProblems(names: readonly string[]): string[] {
  const problems = misnamedProblems(names);
  const named = names.filter((name) => FILE_NAME.test(name));
  const [first] = named;
  if (first !== undefined && numberOf(first) > 1) {
    problems.push(
      `${first} is the first file, and the first number is 0000 or 0001. Rename it, or restore those before.`,
    );
  }
  for (const [index, name] of named.entries()) {
    const previous = named[index - 1];
    if (previous === undefined) continue;
    const [wanted, got] = [numberOf(previous) + 1, numberOf(name)];
    if (got < wanted) {
      problems.push(
        `${previous} and ${name} have the same number. Give the one that is not applied anywhere the next.`,
      );
    } else if (got > wanted) {
      const number = String(wanted).padStart(4, '0');
      problems.push(
        `There is no ${number} between ${previous} and ${name}. Restore it, or rename ${name} to ${number}-….`,
      );
    }
  }
  return problems;
}

function readMigration(file: MigrationFile): { migration: Migration; problems: string[] } {
  const transactional = file.sql.search(NO_TRANSACTION) !== 0;
  const problems: string[] = [];
  const tell = (offset: number, message: string) => problems.push(describeProblem(file, offset, message));
  if (transactional && NO_TRANSACTION.test(file.sql)) {
    tell(file.sql.search(NO_TRANSACTION), '-- no-transaction has no effect here: make it the first line of the file');
  }
  const statements = split(file, tell);
  if (statements.length === 0 && problems.length === 0) tell(0, 'there is no statement in this file');
  for (const statement of statements) {
    const problem = problemOf(statement, transactional);
    if (problem !== undefined) tell(statement.offset, problem);
  }
  return { migration: { ...file, checksum: checksumOf(file.sql), transactional, statements }, problems };
}

function split(file: MigrationFile, tell: (offset: number, message: string) => void): SqlStatement[] {
  const statements: SqlStatement[] = [];
  try {
    for (const statement of splitStatements(file.sql)) statements.push(statement);
  } catch (error) {
    if (!(error instanceof UnterminatedError)) throw error;
    tell(error.offset, error.message);
  }
  return statements;
}

const INSERT_INSTEAD =
  'Write insert into … values (…), (…), or for many rows insert into … select * from unnest(array[…], array[…])';

function problemOf(statement: SqlStatement, transactional: boolean): string | undefined {
  const command = psqlCommand(statement);
  if (command !== undefined) {
    return `${command} is a command of psql, and not SQL. ${command === '\\copy' ? INSERT_INSTEAD : 'Write what it does in SQL, or remove it'}`;
  }
  const direction = copyDirection(statement);
  if (direction === 'from') return `COPY waits here for rows that the runner does not send. ${INSERT_INSTEAD}`;
  if (direction === 'to') {
    return 'COPY sends rows here that the runner does not take. Remove it, or write them into a table: insert into … select …';
  }
  const control = transactionControl(statement);
  if (control !== undefined) {
    return `${control} is the runner's: it applies each ${transactional ? 'file' : 'statement'} in a transaction of its own. Remove it`;
  }
  const outside = outsideTransaction(statement);
  if (outside === undefined) return undefined;
  if (transactional)
    return 'this cannot run in a transaction: make -- no-transaction the first line, in a file of its own';
  return outside.kind === 'unrepeatable' ? `this cannot be repeated safely: ${outside.fix}` : undefined;
}
