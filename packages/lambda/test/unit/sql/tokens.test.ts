import { anyText } from '@vpc-postgres/testing/support/any-text.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenize, UnterminatedError } from '../../../src/sql/tokens.js';

const tokensOf = (sql: string) => [...tokenize(sql)].filter(({ kind }) => kind !== 'gap');
const textsOf = (sql: string) => tokensOf(sql).map(({ text }) => text);

describe('is one string', () => {
  test.each([
    ["'it''s; fine'"],
    ["E'it\\'s; fine'"],
    ["e'\\\\'"],
    ["E'it''s \\' fine'"],
    ["b'01'"],
    ["X'1f'"],
    ["U&'d\\0061t;a'"],
    ['$$a;b$$'],
    ['$x$ $$ ; $y$ $x$'],
    ['$é🍵$;$é🍵$'],
    ['$a$ $b$a$'],
    ["'a'\n'b;'"],
    ["'a' -- it's; a comment\n 'b;'"],
    ["E'a'\n 'b\\';'"],
    ["E'a' -- c\n -- d'\r\n\t'b\\';'"],
    ["U&'a'\n'b;'"],
    ["b'0' -- ;\n'1'"],
  ])('%s', (sql) => {
    expect(tokensOf(sql)).toEqual([{ kind: 'quoted', text: sql, offset: 0 }]);
  });
});

describe('is more than one token', () => {
  test.each([
    ['two strings on one line', "'a' 'b'", ["'a'", "'b'"]],
    ['two strings with a comment of the other kind between them', "'a' /* c */\n'b'", ["'a'", "'b'"]],
    ['a string and a parameter of a dollar quote', '$1$$a$$', ['$1', '$$a$$']],
    ['a national string', "N'a'", ['N', "'a'"]],
    ['a string without escapes that ends in a backslash', "'a\\';", ["'a\\'", ';']],
    ['a later part of a string without escapes', "'a'\n'b\\';", ["'a'\n'b\\'", ';']],
    ['an operator that a comment ends', 'a <-- b\n c', ['a', '<', 'c']],
    ['an operator that a nested comment ends', 'a */* /* */ */ c', ['a', '*', 'c']],
    ['a number before a keyword, as PostgreSQL 14 takes it', 'select 1into t', ['select', '1', 'into', 't']],
    ['a range', '1..10', ['1', '..', '10']],
    ['a field of a parameter', '$1.end', ['$1', '.', 'end']],
    ['a backslash', 'a \\gexec', ['a', '\\', 'gexec']],
    ['a dollar sign that opens nothing', '$a b', ['$', 'a', 'b']],
    ['a cast', '1::int', ['1', ':', ':', 'int']],
  ])('%s', (_, sql, texts) => {
    expect(textsOf(sql)).toEqual(texts);
  });
});

describe('is one name', () => {
  test.each([
    ['a$b$c'],
    ['a$$'],
    ['größe'],
    ['表'],
    ['🍵'],
    ['_1'],
    ['"a;""b"'],
    ['U&"d;a"'],
    ['a\u00a0b'],
    ['\ufeffselect'],
  ])('%s', (sql) => {
    expect(tokensOf(sql)).toEqual([{ kind: 'word', text: sql, offset: 0 }]);
  });
});

describe('is one number or parameter', () => {
  test.each([
    ['1'],
    ['1_000'],
    ['1.'],
    ['1.5'],
    ['.5'],
    ['1.e5'],
    ['1e5'],
    ['1.5E-1_0'],
    ['0x1F'],
    ['0b1_0'],
    ['0o17'],
    ['$12'],
  ])('%s', (sql) => {
    expect(tokensOf(sql)).toEqual([{ kind: 'symbol', text: sql, offset: 0 }]);
  });
});

describe('is a gap', () => {
  test.each([[' \t\r\n\f\v'], ['-- it\'s "; $$'], ['/* /* ; */ */'], ['/*/ */'], ['/***/'], ['/* \' $$ " */']])(
    '%j',
    (sql) => {
      expect([...tokenize(sql)]).toEqual([{ kind: 'gap', text: sql, offset: 0 }]);
    },
  );
});

describe('has no end', () => {
  test.each([
    ["select 'a", 'the string', 7],
    ["select E'a\\'", 'the string', 7],
    ["select E'a\\'; commit", 'the string', 7],
    ["select 'a'\n'b", 'the string', 7],
    ["select U&'a", 'the string', 7],
    ['select U&"a""', 'the quoted name', 7],
    ['$body$ $bod$', 'the dollar-quoted string', 0],
    ['$$', 'the dollar-quoted string', 0],
    ['select /* /* */', 'the comment', 7],
  ])('%s', (sql, what, offset) => {
    expect(() => [...tokenize(sql)]).toThrow(expect.objectContaining({ what, offset }));
  });
});

test('a text is read from the token that it is given, with offsets into the whole', () => {
  expect([...tokenize("it's; select 1", 6)].map(({ text, offset }) => [text, offset])).toEqual([
    ['select', 6],
    [' ', 12],
    ['1', 13],
  ]);
});

test('two texts are read side by side without disturbing each other', () => {
  const [one, other] = [tokenize("'a' 'b'"), tokenize('"c" "d"')];
  const texts = [one, other, one, other, one, other].map((tokens) => tokens.next().value.text);

  expect(texts).toEqual(["'a'", '"c"', ' ', ' ', "'b'", '"d"']);
});

test('the tokens of any text are the whole text, up to what has no end', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 200 }), (sql) => {
      let end = 0;
      try {
        for (const { text, offset } of tokenize(sql)) {
          expect({ offset, isEmpty: text === '' }).toEqual({ offset: end, isEmpty: false });
          expect(sql.startsWith(text, offset)).toBe(true);
          end += text.length;
        }
        expect(end).toBe(sql.length);
      } catch (error) {
        expect(error).toMatchObject({ offset: end });
        expect(error).toBeInstanceOf(UnterminatedError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each(["'", "E'", '"', '$$'])('30 MB behind %s are one token', (opening) => {
  const sql = `${opening}${'x'.repeat(30_000_000)}${opening.replace('E', '')}`;

  expect([...tokenize(sql)].map(({ text }) => text.length)).toEqual([sql.length]);
});
