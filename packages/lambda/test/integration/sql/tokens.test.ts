import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Token, tokenize, UnterminatedError } from '../../../src/sql/tokens.js';

const RANDOM_TEXTS = exhaustive ? 4_000 : 250;

/** Nothing may follow it but a semicolon: PostgreSQL's error shows where the next token begins, and where it ends. */
const FULL = 'show time zone ';

let cluster: TestCluster;
let client: pg.Client;
beforeAll(async () => {
  cluster = await startTestCluster();
  client = await cluster.connect('postgres', 'postgres');
});
afterAll(() => cluster.stop());

interface Refusal {
  message: string;
  /** An index into the text. */
  offset: number;
}

/** What PostgreSQL says of the first token of a text. Undefined when there is none, or a semicolon and nothing after it. */
async function refusalOf(text: string): Promise<Refusal | undefined> {
  try {
    await client.query(FULL + text);
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const before = [...(FULL + text)].slice(0, Number(error.position) - 1).join('');
    return { message: error.message, offset: before.length - FULL.length };
  }
}

/** @returns how many tokens were compared: up to one that PostgreSQL refuses for what it says, such as 1a or E'\\xg'. */
async function compareTokens(sql: string): Promise<number> {
  let [compared, end] = [0, 0];
  const tokens = tokenize(sql);
  for (;;) {
    const next = nextToken(tokens);
    if (next === undefined) {
      expect(await refusalOf(sql.slice(end))).toBeUndefined();
      return compared;
    }
    if (next instanceof UnterminatedError) {
      const refusal = await refusalOf(sql.slice(end));
      if (isAboutEscape(refusal)) return compared;
      expect(refusal).toEqual({
        message: expect.stringMatching(/^unterminated /),
        offset: next.offset - end,
      });
      return compared + 1;
    }
    const { kind, text, offset } = next;
    const tokenEnd = offset + text.length;
    if (kind === 'end') {
      expect(await refusalOf(sql.slice(end, tokenEnd))).toBeUndefined();
    } else {
      const refusal = await refusalOf(sql.slice(end));
      const [, found] = /^syntax error at or near "([\s\S]*)"$/.exec(refusal?.message ?? '') ?? [];
      if (isAboutEscape(refusal)) return compared;
      if (found === undefined) {
        // PostgreSQL looks ahead of a few words, such as WITH, and the token behind may be the one without an end.
        const isUnterminated = refusal?.message.startsWith('unterminated ');
        expect(refusal?.offset).toBeGreaterThanOrEqual((isUnterminated ? tokenEnd : offset) - end);
        return compared;
      }
      expect(refusal?.offset).toBe(offset - end);
      // An operator is one symbol for each character here, and PostgreSQL shows UESCAPE together with its string.
      const isPart = (kind === 'symbol' && /^[^\w$]/.test(text)) || /^u&/i.test(text);
      expect(isPart ? found.slice(0, text.length) : found).toBe(text);
    }
    compared += 1;
    end = tokenEnd;
  }
}

/** An escape in a string, which PostgreSQL refuses before it comes to the end of the string. */
function isAboutEscape(refusal: Refusal | undefined): boolean {
  return refusal?.message.startsWith('invalid ') === true;
}

function nextToken(tokens: Generator<Token>): Token | UnterminatedError | undefined {
  try {
    for (;;) {
      const { done, value } = tokens.next();
      if (done || value.kind !== 'gap') return value;
    }
  } catch (error) {
    if (error instanceof UnterminatedError) return error;
    throw error;
  }
}

const oneOf = (pieces: string) => fc.constantFrom(...pieces.split(' '));

const piece = fc.oneof(
  oneOf(String.raw`' '' " $$ $a$ $ \ E' e'\' b' X'1f U&' u&" N' 'a' "b"`),
  fc.constantFrom(...[' ', '\t', '\n', '\r\n', '\f', '\v', '-- c\n', "-- it's\n", '/* ; */']),
  oneOf('-- - /* */ / * ; ( ) [ ] , . .. : :: := => < <=> + @ ! # & |'),
  oneOf('1 1_000 1.5 .5 1. 1.e5 1e5 1e 2E-7 0x1F 0b10 0o17 0xg 1_ $1'),
  oneOf('a select end begin with not nulls uescape é 🍵 a$b _ e U x'),
  fc.constantFrom(...['\u00a0', '\u2028', '\ufeff', '\u0085', '\u3000']),
);

test(`PostgreSQL finds the same tokens in ${RANDOM_TEXTS} random texts of tricky pieces`, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      compared += await compareTokens(pieces.join(''));
    }),
    { numRuns: RANDOM_TEXTS },
  );
  expect(compared).toBeGreaterThan(RANDOM_TEXTS * 2);
});

test.each([
  ["E'a' -- c\n 'b\\'; c' d"],
  ["E'a'\n-- it's\n--\r\t'b\\'; c' d"],
  ["'a' --\n 'b\\' ; 'c"],
  ["U&'a' -- c\n 'b' uescape '!' ;"],
  ["'a' /* c */ \n 'b' ;"],
  ["'a'\n /* c */ 'b' ;"],
  ["'a' -- c\n - 'b'"],
  ['$a$ $b$a$ x'],
  ['a$b$ c $b$'],
  ['1..2 1.5.6 1._5'],
  ['a*/*b*/c//**/d'],
])('PostgreSQL finds the same tokens in %j', async (sql) => {
  expect(await compareTokens(sql)).toBeGreaterThan(0);
});
