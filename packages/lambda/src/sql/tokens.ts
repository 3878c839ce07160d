/**
 * Splits SQL text into tokens by PostgreSQL's lexical rules, with standard_conforming_strings on. For the migrations, and for
 * the check of what a request may run.
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

/** `gap`: white space or a comment. `quoted`: a string. `word`: a name, quoted or not. `end`: a semicolon. `symbol`: the rest. */
export type TokenKind = 'gap' | 'word' | 'quoted' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** An index into the whole text. */
  readonly offset: number;
}

const LETTER = 'A-Za-z_\\u0080-\\uffff';
const DIGITS = '\\d(?:_?\\d)*';

/** A string goes on in the next one, if there is a line end and nothing but white space and `--` comments between them. */
const CONTINUED = "'[ \\t\\f\\v]*(?:--[^\\n\\r]*)?[\\n\\r](?:[ \\t-\\r]|--[^\\n\\r]*[\\n\\r])*'";

/** What has an end of its own has a name, and marks that count on the way to the end: without them, the opening once more. */
type TokenRule = readonly [kind: TokenKind, opening: string, name?: string, marks?: RegExp];

/** The first that fits holds. An operator is one symbol for each character, so that a comment can begin inside it. */
const RULES: readonly TokenRule[] = [
  ['gap', '[ \\t-\\r]+|--[^\\n\\r]*'],
  ['gap', '\\/\\*', 'the comment', /\/\*|\*\//g],
  ['quoted', "[eE]'", 'the string', new RegExp(`\\\\[^]|''|${CONTINUED}|'`, 'g')],
  ['quoted', "[bBxX]'", 'the string', new RegExp(`${CONTINUED}|'`, 'g')],
  ['quoted', "(?:[uU]&)?'", 'the string', new RegExp(`''|${CONTINUED}|'`, 'g')],
  ['word', '(?:[uU]&)?"', 'the quoted name', /""?/g],
  ['quoted', `\\$(?:[${LETTER}][\\d${LETTER}]*)?\\$`, 'the dollar-quoted string'],
  ['word', `[${LETTER}][\\d$${LETTER}]*`],
  ['end', ';'],
  ['symbol', '\\.\\.|\\$\\d+|0[xXoObB](?:_?[\\da-fA-F])+'],
  ['symbol', `(?:${DIGITS}(?:\\.(?!\\.)(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][-+]?${DIGITS})?|[^]`],
];

const OPENING = new RegExp(RULES.map(([, opening]) => `(${opening})`).join('|'), 'y');

/**
 * @param offset where to begin: the start of a token.
 * @throws UnterminatedError
 */
export function* tokenize(sql: string, offset = 0): Generator<Token> {
  for (let start = offset, end: number; start < sql.length; start = end) {
    OPENING.lastIndex = start;
    const [opening = '', ...groups] = OPENING.exec(sql) ?? [];
    const [kind, , name, marks] = RULES[groups.indexOf(opening)] as TokenRule;
    end = start + opening.length;
    if (name !== undefined) end = marks === undefined ? endOfDollarQuote(sql, end, opening) : endOf(sql, end, marks);
    if (end < 0) throw new UnterminatedError(name ?? '', start);
    yield { kind, text: sql.slice(start, end), offset: start };
  }
}

function endOfDollarQuote(sql: string, from: number, delimiter: string): number {
  const at = sql.indexOf(delimiter, from);
  return at < 0 ? at : at + delimiter.length;
}

/** @returns -1 when there is none. Comments nest. */
function endOf(sql: string, from: number, marks: RegExp): number {
  marks.lastIndex = from;
  for (let depth = 1; depth > 0; ) {
    const mark = marks.exec(sql)?.[0];
    if (mark === undefined) return -1;
    if (mark === '/*') depth += 1;
    else if (mark === '*/' || mark.length === 1) depth -= 1;
  }
  return marks.lastIndex;
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
