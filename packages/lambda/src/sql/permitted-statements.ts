/**
 * Decides which statements may run: those that leave nothing behind in the session and do not end the transaction. A session
 * is shared: what SET, PREPARE or LISTEN leave in it would reach the next caller, and pin it in RDS Proxy; COMMIT and
 * ROLLBACK would end the identity before its statements. Decided on tokens, as PostgreSQL reads them.
 */
import { nameOf, tokenize, UnterminatedError } from './tokens.js';

/** Thrown before anything is sent. A bug in the domain. */
export class StatementNotPermittedError extends Error {
  override readonly name = 'StatementNotPermittedError';

  constructor(found: string, fix: string) {
    super(`${found} may not run here. ${fix}`);
  }
}

const PERMITTED =
  'SELECT, WITH, INSERT, UPDATE, DELETE, MERGE, VALUES, TABLE, TRUNCATE, LOCK, NOTIFY, SAVEPOINT, RELEASE, ROLLBACK TO';

/** Functions of PostgreSQL and its extensions whose effect outlives the transaction, or that run a text as SQL. */
const STAYS_BEHIND =
  /^(set_config|setseed|set_limit|pg_(try_)?advisory_lock(_shared)?|dblink\w*|(query|cursor)_to_xml\w*|ts_stat|ts_rewrite)$/;
const INSTEAD =
  'Put a value into a parameter of the statement, take pg_advisory_xact_lock for a lock; settings belong to the database role.';

/** A word as a keyword (in lower case; of a quoted name or a string only the quote) and as a name. */
interface Word {
  readonly keyword: string;
  readonly name: string;
}

/** Texts that were permitted: a domain has a few, and sends them again and again. Emptied when it makes new ones without end. */
const known = new Set<string>();
const MAX_KNOWN = 1_000;

/** @throws StatementNotPermittedError */
export function assertPermitted(text: string): void {
  if (known.has(text)) return;
  examine(text);
  if (known.size === MAX_KNOWN) known.clear();
  known.add(text);
}

function examine(text: string): void {
  const words = readWords(text);
  const start = findStart(words);
  const is = (index: number, ...keywords: string[]) => keywords.includes(words[index]?.keyword ?? '');

  const head = words[start]?.keyword.toUpperCase() ?? '';
  const to = is(start + 1, 'work', 'transaction') ? start + 2 : start + 1;
  if (!PERMITTED.split(', ').includes(head === 'ROLLBACK' && is(to, 'to') ? 'ROLLBACK TO' : head)) {
    throw new StatementNotPermittedError(
      head === '' ? 'A text without a statement' : `A statement that begins with ${head}`,
      `Permitted are ${PERMITTED}, and EXPLAIN of these. Settings belong to the database role, definitions to a migration.`,
    );
  }
  let depth = 0;
  let hasQuery = false;
  for (const [index, { keyword, name }] of words.entries()) {
    if (keyword === '(') depth += 1;
    if (keyword === ')') depth -= 1;
    if (depth === 0 && (keyword === 'select' || keyword === 'table')) hasQuery = true;
    if (keyword === 'into' && !is(index - 1, 'as', '.')) {
      // INSERT INTO and MERGE INTO begin the statement, stand in a parenthesis, or follow those of WITH. Elsewhere `insert`
      // is a name: select 1 insert into leak.
      const begins =
        index - 1 === start ||
        is(index - 2, '(') ||
        (is(start, 'with') && is(index - 2, ')') && !hasQuery && depth === 0);
      if (!(begins && is(index - 1, 'insert', 'merge'))) {
        throw new StatementNotPermittedError('SELECT INTO', 'It creates a table, and tables belong to a migration.');
      }
    }
    if (is(index + 1, '(') && STAYS_BEHIND.test(name)) {
      throw new StatementNotPermittedError(`A statement that calls ${name}`, INSTEAD);
    }
    // A rule of this view calls set_config.
    if (name === 'pg_settings') {
      const before = words.slice(Math.max(0, index - 4), index).map((word) => word.name);
      if (/\bupdate( only)?( \(| pg_catalog \.)*$/.test(before.join(' '))) {
        throw new StatementNotPermittedError('UPDATE pg_settings', INSTEAD);
      }
    }
  }
}

function readWords(text: string): Word[] {
  if (text.includes('\0'))
    throw new StatementNotPermittedError('A text with a NUL character', 'PostgreSQL would end it there.');
  try {
    const tokens = [...tokenize(text)].filter(({ kind }) => kind !== 'gap');
    const isEscapedName = (index: number) => /^u&"/i.test(tokens[index]?.text ?? '');
    const isEscapeClause = (index: number) => /^uescape$/i.test(tokens[index]?.text ?? '') && isEscapedName(index - 1);
    const words = tokens.map((token, index) => ({
      keyword: /^[\w$\u0080-\uffff]+$/.test(token.text) ? token.text.toLowerCase() : token.text.charAt(0),
      name: nameOf(token, isEscapeClause(index + 1) ? tokens[index + 2] : undefined),
    }));
    return words.filter((_, index) => !isEscapeClause(index) && !isEscapeClause(index - 1));
  } catch (error) {
    if (!(error instanceof UnterminatedError)) throw error;
    throw new StatementNotPermittedError(
      'A text that does not end',
      `At character ${error.offset + 1}, ${error.message}.`,
    );
  }
}

/** Where the statement begins: behind semicolons, parentheses, and EXPLAIN with its options. */
function findStart(words: readonly Word[]): number {
  const at = (index: number) => words[index]?.keyword ?? '';
  let start = 0;
  while (at(start) === ';' || at(start) === '(') start += 1;
  if (at(start) !== 'explain') return start;
  start += 1;
  const hasOptions = at(start) === '(' && !['select', 'with', 'values', 'table', '('].includes(at(start + 1));
  if (hasOptions) start = words.findIndex(({ keyword }, index) => index > start && keyword === ')') + 1 || words.length;
  while (['analyze', 'analyse', 'verbose', '('].includes(at(start))) start += 1;
  return start;
}
