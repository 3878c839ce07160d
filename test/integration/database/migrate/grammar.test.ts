import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { splitStatements } from '../../../../src/database/migrate/split-statements.js';
import { transactionControl } from '../../../../src/database/migrate/statement-kind.js';
import { UnterminatedError } from '../../../../src/sql/tokens.js';
import { anyText } from '../../../support/any-text.js';
import { exhaustive } from '../../../support/exhaustive.js';

const RANDOM_TEXTS = exhaustive ? 20_000 : 4_000;

/** The splitter beside PostgreSQL's own grammar: it must find the same statements, and every end of a transaction. */
beforeAll(() => loadModule());

/** By the bytes at which PostgreSQL's parser says each statement starts and ends; undefined for a syntax error. */
function parsedByPostgres(sql: string): { text: string; isTransaction: boolean }[] | undefined {
  try {
    const bytes = Buffer.from(sql);
    const { stmts = [] } = parseSync(sql) as { stmts?: ParsedStatement[] };
    return stmts.map(({ stmt, stmt_location = 0, stmt_len }) => ({
      text: bytes.subarray(stmt_location, stmt_len === undefined ? undefined : stmt_location + stmt_len).toString(),
      isTransaction: 'TransactionStmt' in stmt,
    }));
  } catch {
    return undefined;
  }
}

interface ParsedStatement {
  stmt: object;
  stmt_location?: number;
  stmt_len?: number;
}

/** Comments and white space around a statement are nobody's. */
const GAP = /^(\s|--[^\n]*(\n|$)|\/\*([^*/]|\/\*[^*/]*\*\/)*\*\/)*$/;

const TRICKY = [
  "select 'a;b'; select ';'",
  "select E'it\\'s; fine'; select 2",
  "select e'a'\n 'b\\'; still'; select 2",
  'select U&\'d\\0061t;a\', U&"d;a" from t; select 2',
  'select $$a;b$$, $x$ ; $$ ; $x$; select $1',
  'select a$b$c from t; select 2',
  'select 1 -- ; not here\n; select 2',
  'select 1 /* ; /* ; */ ; */ ; select 2',
  'select "a;""b" from t; select 2',
  'create function f() returns int language sql begin atomic select 1; select case when true then 1 end; end; select 2',
  'create or replace procedure p() language sql begin atomic insert into t values (1); end; commit',
  "create function f(a int default (1)) returns int as $$ begin; end; $$ language plpgsql; select 'end'",
  'create rule r as on insert to t do also (select 1; select 2); select 3',
  'do $$ begin perform 1; end $$; end',
  ';;; select 1;; select 2;;',
  "select 'a' 'b'; rollback; select 1",
  'select 1e5, 1.5, 0x1f; select .5',
  "select b'01', x'1f', n'x;'; select 2",
  'begin; savepoint x; release x; abort; start transaction; prepare transaction $$x$$; commit prepared $$x$$',
  'select 1::text; select array[1;2]; select 3',
];

test.each(TRICKY)('%s', (sql) => {
  const parsed = parsedByPostgres(sql);
  if (parsed === undefined) return expect(() => splitStatements(sql)).not.toThrow(TypeError);

  const split = splitStatements(sql);

  expect(split).toHaveLength(parsed.length);
  for (const [index, { text }] of split.entries()) {
    const [before, after] = (parsed[index]?.text ?? '').split(text);
    expect(before).toMatch(GAP);
    expect(after).toMatch(GAP);
  }
  expect(split.map((statement) => transactionControl(statement) !== undefined)).toEqual(
    parsed.map(({ isTransaction }) => isTransaction),
  );
});

test(`${RANDOM_TEXTS} random texts of tricky pieces: the same statements, and no transaction that goes unseen`, () => {
  const piece = fc.constantFrom(
    ...[
      "'",
      "''",
      '"',
      '$$',
      '$a$',
      ';',
      '--',
      '/*',
      '*/',
      '\n',
      ' ',
      '(',
      ')',
      '\\',
      "E'",
      "e'\\''",
      "U&'x'",
      'begin',
    ],
    ...['end', 'commit', 'case', 'atomic', 'select', '1', 'a', 'a$b', '$1', 'create', 'function', 'procedure', 'or'],
    ...['replace', 'f()', 'language sql', 'returns int', 'begin atomic', 'select 1;', 'select 1', 'rollback;', 'é🍵'],
    ...["'a;b'", '$$a;b$$', '/* ; */', '-- ;\n', '"a;b"', ', ', '::text', 'when true then 1 end', 'from t'],
  );
  let compared = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const sql = pieces.join(' ');
      const parsed = parsedByPostgres(sql);
      if (parsed === undefined) return;
      compared += 1;
      const split = splitStatements(sql);
      expect(split.length).toBe(parsed.length);
      expect(split.map((statement) => transactionControl(statement) !== undefined)).toEqual(
        parsed.map(({ isTransaction }) => isTransaction),
      );
    }),
    { numRuns: RANDOM_TEXTS },
  );
  expect(compared).toBeGreaterThan(RANDOM_TEXTS / 40);
});

test('whatever the text is, it is split or said to have no end', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 200 }), (sql) => {
      try {
        for (const { text, offset } of splitStatements(sql)) expect(sql.slice(offset, offset + text.length)).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(UnterminatedError);
      }
    }),
    { numRuns: 5_000 },
  );
});
