/** Which statements need special care: those that end a transaction, and those that PostgreSQL runs in none. */
import type { Statement } from './migration.js';

/** `"Orders"` is written with its quotes; everything else counts in lower case. */
function words({ tokens }: Statement): string {
  return tokens.map((token) => (token.startsWith('"') ? token : token.toLowerCase())).join(' ');
}

/** The words that begin, end or part a transaction; undefined for every other statement. */
export function transactionControl(statement: Statement): string | undefined {
  return /^(begin|start transaction|commit|end|rollback|abort|savepoint|release|prepare transaction)(?= |$)/.exec(
    words(statement),
  )?.[0];
}

/** What PostgreSQL refuses inside a transaction, and what can be repeated after a crash without doing it twice. */
export type OutsideTransaction =
  | { readonly kind: 'create index'; readonly index: string; readonly table: string }
  | { readonly kind: 'repeatable' }
  | { readonly kind: 'unrepeatable'; readonly fix: string };

const SQL_NAME = '(?:"(?:[^"]|"")*"|[^\\s"().,]+)';
const CREATE_INDEX = new RegExp(
  `^create (?:unique )?index concurrently (?:if not exists )?(${SQL_NAME}) on (?:only )?(${SQL_NAME}(?: \\. ${SQL_NAME})?)`,
);

/** Undefined for a statement that runs in a transaction, together with the record that it ran. */
export function outsideTransaction(statement: Statement): OutsideTransaction | undefined {
  const text = words(statement);
  if (/^create (unique )?index concurrently\b/.test(text)) {
    const [, index, table] = CREATE_INDEX.exec(text) ?? [];
    if (index === undefined || table === undefined || index === 'on') {
      return { kind: 'unrepeatable', fix: 'give the index a name, by which it is found again after a crash' };
    }
    return { kind: 'create index', index, table: table.replace(' . ', '.') };
  }
  if (/^drop index concurrently\b/.test(text)) {
    return /^drop index concurrently if exists\b/.test(text)
      ? { kind: 'repeatable' }
      : { kind: 'unrepeatable', fix: 'write drop index concurrently if exists, which can be repeated after a crash' };
  }
  if (/^vacuum\b/.test(text)) return { kind: 'repeatable' };
  if (/^reindex\b.*\bconcurrently\b/.test(text)) {
    return {
      kind: 'unrepeatable',
      fix: 'write drop index concurrently if exists and create index concurrently, which leave nothing behind after a crash',
    };
  }
  return undefined;
}
