/**
 * Takes an SQL text apart at its semicolons, by PostgreSQL's lexical rules: strings, dollar quotes, nested comments, and the
 * bodies of SQL functions. The runner sends each part by the extended protocol, in which the server itself refuses more
 * than one statement, so that a mistake here is an error there and never a statement that nobody has looked at.
 * @see https://www.postgresql.org/docs/17/sql-syntax-lexical.html
 */
import type { Statement } from './migration.js';

/** A string, quoted name or comment without its end. */
export class UnterminatedError extends Error {
  constructor(
    readonly what: string,
    readonly offset: number,
  ) {
    super(`${what} that begins here has no end`);
  }
}

type TokenKind = 'gap' | 'word' | 'quoted' | 'symbol' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

const NAME = '[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_$\\u0080-\\uffff]*';
const ESCAPED = "'(?:[^'\\\\]|''|\\\\[\\s\\S])*'";

/** Tried in this order; each matches a whole token. */
const TOKENS: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['gap', /\s+|--[^\n\r]*/y],
  // A string with backslash escapes, which goes on after a line end.
  ['quoted', new RegExp(`[eE]${ESCAPED}(?:\\s*[\\n\\r]\\s*${ESCAPED})*`, 'y')],
  ['quoted', /(?:[uU]&)?'(?:[^']|'')*'/y],
  ['word', /(?:[uU]&)?"(?:[^"]|"")*"/y],
  ['quoted', /\$((?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?)\$[\s\S]*?\$\1\$/y],
  ['word', new RegExp(NAME, 'y')],
  ['symbol', /\$?\d[\w.]*/y],
  ['end', /;/y],
];

/** What a token that has no end looks like at its start. */
const UNTERMINATED: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['the string', /[eE]?'/y],
  ['the quoted name', /"/y],
  ['the dollar-quoted string', /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y],
];

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

function* tokenize(sql: string): Generator<Token> {
  for (let offset = 0; offset < sql.length; ) {
    const token = commentAt(sql, offset) ?? tokenAt(sql, offset);
    yield token;
    offset += token.text.length;
  }
}

function tokenAt(sql: string, offset: number): Token {
  for (const [kind, pattern] of TOKENS) {
    const text = matchAt(pattern, sql, offset);
    if (text !== undefined) return { kind, text, offset };
  }
  for (const [what, pattern] of UNTERMINATED) {
    if (matchAt(pattern, sql, offset) !== undefined) throw new UnterminatedError(what, offset);
  }
  return { kind: 'symbol', text: sql.charAt(offset), offset };
}

/** Comments nest, which no regular expression follows. */
function commentAt(sql: string, offset: number): Token | undefined {
  if (!sql.startsWith('/*', offset)) return undefined;
  let depth = 0;
  for (const { 0: mark, index } of sql.slice(offset).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'gap', text: sql.slice(offset, offset + index + mark.length), offset };
  }
  throw new UnterminatedError('the comment', offset);
}

function matchAt(pattern: RegExp, sql: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(sql)?.[0];
}
