/** Recognizes statements that the runner cannot send, that end a transaction, or that PostgreSQL runs in none. */
import { tokenize } from '../../sql/tokens.js';
import type { SqlStatement } from './migration.js';

/** As they are written: PostgreSQL folds names by rules of its own. */
function words({ tokens }: SqlStatement): string {
  return tokens.join(' ');
}

/** `\copy` and the like, which psql runs itself; undefined for a statement. No SQL has a backslash but in strings and quoted names. */
export function psqlCommand({ text }: SqlStatement): string | undefined {
  return /^\\\S*/.exec(text)?.[0];
}

/**
 * Where COPY gets rows from or sends them to, when it is the client: `copy … from stdin`, `copy … to stdout`.
 * PostgreSQL takes either word for the other. Undefined for a file or program of the server, and for every other statement.
 */
export function copyDirection({ text, tokens: [first = ''] }: SqlStatement): 'from' | 'to' | undefined {
  if (first.toLowerCase() !== 'copy') return undefined;
  let depth = 0;
  let direction: 'from' | 'to' | undefined;
  for (const { kind, text: token } of tokenize(text)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (kind === 'gap' || depth > 0) continue;
    const word = token.toLowerCase();
    if (direction !== undefined) return word === 'stdin' || word === 'stdout' ? direction : undefined;
    if (word === 'from' || word === 'to') direction = word;
  }
  return undefined;
}

/** The words that begin, end or part a transaction; undefined for every other statement. */
export function transactionControl(statement: SqlStatement): string | undefined {
  return /^(begin|start transaction|commit|end|rollback|abort|savepoint|release|prepare transaction)(?= |$)/i
    .exec(words(statement))?.[0]
    .toLowerCase();
}

/** What PostgreSQL refuses inside a transaction, and what can be repeated after a crash without doing it twice. */
export type OutsideTransaction =
  | { readonly kind: 'create index' }
  | { readonly kind: 'repeatable' }
  | { readonly kind: 'unrepeatable'; readonly fix: string };

const SQL_NAME = '(?:(?:U&)?"(?:[^"]|"")*"|[^\\s"().,]+)';
const CREATE_INDEX = new RegExp(
  `^create (?:unique )?index concurrently (?:if not exists )?(${SQL_NAME}) on (?:only )?(${SQL_NAME}(?: \\. ${SQL_NAME})?)`,
  'i',
);

/** Undefined for a statement that runs in a transaction, together with the record that it ran. */
export function outsideTransaction(statement: SqlStatement): OutsideTransaction | undefined {
  const text = words(statement);
  if (/^create (unique )?index concurrently( |$)/i.test(text)) {
    const [, index, table] = CREATE_INDEX.exec(text) ?? [];
    if (index === undefined || table === undefined || index.toLowerCase() === 'on') {
      return { kind: 'unrepeatable', fix: 'give the index a name, by which it is found again after a crash' };
    }
    return { kind: 'create index' };
  }
  if (/^drop index concurrently( |$)/i.test(text)) {
    return /^drop index concurrently if exists( |$)/i.test(text)
      ? { kind: 'repeatable' }
      : { kind: 'unrepeatable', fix: 'write drop index concurrently if exists, which can be repeated after a crash' };
  }
  if (/^vacuum( |$)/i.test(text)) return { kind: 'repeatable' };
  if (/^reindex (.* )?concurrently( |$)/i.test(text)) {
    return {
      kind: 'unrepeatable',
      fix: 'write drop index concurrently if exists and create index concurrently, which leave nothing behind after a crash',
    };
  }
  return undefined;
}
