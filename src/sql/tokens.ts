/**
 * Splits SQL text into tokens by PostgreSQL's lexical rules: strings, dollar quotes, quoted names, nested comments. For the
 * migrations, and for the check of what a request may run.
 * @see https://www.postgresql.org/docs/17/sql-syntax-lexical.html
 */

/** A string, quoted name or comment without its end. */
export class UnterminatedError extends Error {
  constructor(
    readonly what: string,
    readonly offset: number,
  ) {
    super(`${what} that begins here has no end`);
  }
}

export type TokenKind = 'gap' | 'word' | 'quoted' | 'symbol' | 'end';

export interface Token {
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

/** @throws UnterminatedError */
export function* tokenize(sql: string): Generator<Token> {
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

/**
 * The name that a token stands for, as PostgreSQL reads it: in lower case unless quoted, with its Unicode escapes resolved.
 * Of a string or a symbol, its text.
 *
 * @param escapeString that of a UESCAPE clause behind it. @default '\\'
 */
export function nameOf({ kind, text }: Token, escapeString?: Token): string {
  if (kind !== 'word') return text;
  if (!text.endsWith('"')) return text.toLowerCase();
  const quoted = text.slice(text.indexOf('"') + 1, -1).replaceAll('""', '"');
  if (text.startsWith('"')) return quoted;
  const mark = escapeString?.text.charAt(1) ?? '\\';
  const pattern = new RegExp(`\\u{${mark.codePointAt(0)?.toString(16)}}(?:\\+([\\da-f]{6})|([\\da-f]{4})|.)`, 'giu');
  return quoted.replace(pattern, (all, long, short) =>
    (long ?? short) ? String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(long ?? short, 16))) : all.charAt(0),
  );
}
