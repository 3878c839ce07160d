/**
 * Takes an SQL text apart at its semicolons, by PostgreSQL's lexical rules: strings, dollar quotes, nested comments, and the
 * bodies of SQL functions. The runner sends each part by the extended protocol, in which the server itself refuses more
 * than one statement, so that a mistake here is an error there and never a statement that nobody has looked at.
 * @see https://www.postgresql.org/docs/17/sql-syntax-lexical.html
 */
import { type Token, tokenize } from '../../sql/tokens.js';
import type { SqlStatement } from './migration.js';
import { copyDirection } from './statement-kind.js';

const KEPT_TOKENS = 24;

/**
 * A command of psql is a statement here, from its backslash to the end of the line, so that it can be refused where it
 * stands. The rows below `copy … from stdin` are left out.
 *
 * @throws UnterminatedError after the statements before it.
 */
export function* splitStatements(sql: string): Generator<SqlStatement> {
  for (let from = 0; from < sql.length; ) {
    const { tokens, next } = readStatement(sql, from);
    from = next;
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first === undefined || last === undefined) continue;
    const text = sql.slice(first.offset, last.offset + last.text.length);
    const statement = { text, offset: first.offset, tokens: tokens.slice(0, KEPT_TOKENS).map((token) => token.text) };
    if (copyDirection(statement) === 'from') from = endOfRows(sql, from);
    yield statement;
  }
}

/** @returns the tokens of one statement, and where the text goes on behind it. */
function readStatement(sql: string, from: number): { tokens: readonly Token[]; next: number } {
  const tokens: Token[] = [];
  const nesting = new Nesting();
  for (const token of tokenize(sql, from)) {
    if (token.kind === 'gap') continue;
    if (token.kind === 'end' && nesting.isOutermost) return { tokens, next: token.offset + 1 };
    if (token.text === '\\') {
      if (tokens.length > 0) return { tokens, next: token.offset };
      const next = endOfLine(sql, token.offset);
      return { tokens: [{ ...token, text: sql.slice(token.offset, next) }], next };
    }
    nesting.take(token);
    tokens.push(token);
  }
  return { tokens, next: sql.length };
}

function endOfLine(sql: string, offset: number): number {
  const end = sql.indexOf('\n', offset);
  return end < 0 ? sql.length : end;
}

/** Behind the line that is `\.`; where there is none, there are no rows. */
function endOfRows(sql: string, offset: number): number {
  const end = sql.indexOf('\n\\.', offset);
  return end < 0 ? offset : endOfLine(sql, end + 1);
}

/** What keeps a semicolon from ending the statement: parentheses, and the BEGIN ATOMIC body of a function. */
class Nesting {
  #parentheses = 0;
  #bodies = 0;
  /** The first four tokens of the statement, or of the statement of a body. */
  #start: string[] = [];
  #previous = '';

  get isOutermost(): boolean {
    return this.#parentheses <= 0 && this.#bodies === 0;
  }

  take({ kind, text }: Token): void {
    const word = kind === 'quoted' ? '' : text.toLowerCase();
    const isFirst = this.#start.length === 0;
    if (this.#start.length < 4) this.#start.push(word);
    if (word === '(') this.#parentheses += 1;
    if (word === ')') this.#parentheses -= 1;
    if (this.#parentheses === 0) {
      const opens = word === 'atomic' && this.#previous === 'begin' && this.#isOfFunction;
      if (opens) this.#bodies += 1;
      // Only here: everywhere else in a body END is a name, an alias or the end of a CASE.
      if (word === 'end' && isFirst && this.#bodies > 0) this.#bodies -= 1;
      if (opens || kind === 'end') this.#start = [];
    }
    this.#previous = word;
  }

  get #isOfFunction(): boolean {
    return /^create (or replace )?(function|procedure)( |$)/.test(this.#start.join(' '));
  }
}
