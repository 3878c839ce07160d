/**
 * Takes an SQL text apart at its semicolons, by PostgreSQL's lexical rules: strings, dollar quotes, nested comments, and the
 * bodies of SQL functions. The runner sends each part by the extended protocol, in which the server itself refuses more
 * than one statement, so that a mistake here is an error there and never a statement that nobody has looked at.
 * @see https://www.postgresql.org/docs/17/sql-syntax-lexical.html
 */
import { type Token, tokenize } from '../../sql/tokens.js';
import type { Statement } from './migration.js';

const KEPT_TOKENS = 24;

/** @throws UnterminatedError */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let nesting = new Nesting();
  const finish = () => {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first !== undefined && last !== undefined) {
      const text = sql.slice(first.offset, last.offset + last.text.length);
      statements.push({ text, offset: first.offset, tokens: tokens.slice(0, KEPT_TOKENS).map((token) => token.text) });
    }
    tokens = [];
    nesting = new Nesting();
  };
  for (const token of tokenize(sql)) {
    if (token.kind === 'gap') continue;
    if (token.kind === 'end' && nesting.isOutermost) {
      finish();
      continue;
    }
    nesting.take(token);
    tokens.push(token);
  }
  finish();
  return statements;
}

/** What keeps a semicolon from ending the statement: parentheses, and the body of an SQL function. As psql does it. */
class Nesting {
  #parentheses = 0;
  #blocks = 0;
  readonly #firstWords: string[] = [];

  get isOutermost(): boolean {
    return this.#parentheses <= 0 && this.#blocks === 0;
  }

  take({ kind, text }: Token): void {
    if (text === '(') this.#parentheses += 1;
    if (text === ')') this.#parentheses -= 1;
    if (kind !== 'word') return;
    const word = text.toLowerCase();
    if (this.#firstWords.length < 4) this.#firstWords.push(word);
    if (this.#parentheses !== 0 || !/^create (or replace )?(function|procedure)\b/.test(this.#firstWords.join(' ')))
      return;
    if (word === 'begin' || (word === 'case' && this.#blocks > 0)) this.#blocks += 1;
    if (word === 'end' && this.#blocks > 0) this.#blocks -= 1;
  }
}
