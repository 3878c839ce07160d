import { anyText } from '@vpc-postgres/testing/support/any-text.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { splitStatements } from '../../../../src/database/migrate/split-statements.js';
import { transactionControl } from '../../../../src/database/migrate/statement-kind.js';
import { UnterminatedError } from '../../../../src/sql/tokens.js';

const RANDOM_TEXTS = exhaustive ? 20_000 : 2_000;
const VALID_TEXTS = exhaustive ? 8_000 : 700;

/** The splitter beside PostgreSQL's own grammar: it must find the same statements, and every end of a transaction. */
beforeAll(() => loadModule());

/** By the bytes at which PostgreSQL's parser says each statement starts and ends; undefined for a syntax error. */
function parsedByPostgres(sql: string): { text: string; offset: number; isTransaction: boolean }[] | undefined {
  try {
    const bytes = Buffer.from(sql);
    const { stmts = [] } = parseSync(sql) as { stmts?: ParsedStatement[] };
    return stmts.map(({ stmt, stmt_location = 0, stmt_len }) => ({
      text: bytes.subarray(stmt_location, stmt_len === undefined ? undefined : stmt_location + stmt_len).toString(),
      offset: bytes.subarray(0, stmt_location).toString().length,
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

/** White space and comments, which are around a statement and in none. */
const isGap = (text: string) => parsedByPostgres(`${text}\n;`)?.length === 0;

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
  'create function f(begin int, atomic int) returns int return begin; select 1',
  'create function f(begin int) returns int begin atomic select begin; end; commit',
  'create function begin() returns table (begin int) language begin begin atomic end; select 2',
  'create function f() returns begin begin atomic select 1; end; select 2',
  'create function f() returns int begin atomic select 1 as end; select 2 end; select t.end, t."end"; end; commit',
  'create function f() returns int begin atomic select case case 1 when 1 then 2 end when 2 then 3 end as end; end; end',
  'create function f() returns int begin atomic select begin atomic from t; end; select 2',
  'create function f() returns int begin atomic create function g() begin atomic select 1; end; select 2; end; select 3',
  'create procedure p() begin /* ; */ atomic -- end;\nend; select 2',
  'select begin atomic from t; select 2',
  "select E'a'\n 'b\\'; c'; select 2",
  "select U&'a'\n'b;' uescape '!'; select 2",
  "select b'01'\n '1', x'1f'; select 2",
  'select größe, 表, _é$1 from "ü;"; commit',
  'prepare q as select $1;commit',
  'select 1<--;\n2; select 1 +/* ; */ 2; select 1 @-1',
  'copy t from $$/f;$$; copy (select 1; select 2) to $$/f$$; select 3',
];

/** @returns whether PostgreSQL takes the text, and so could be compared with. */
function compareStatements(sql: string): boolean {
  const parsed = parsedByPostgres(sql);
  if (parsed === undefined) return false;

  const split = [...splitStatements(sql)];

  expect(split.map(({ text }) => text)).toHaveLength(parsed.length);
  for (const [index, { text, offset }] of split.entries()) {
    const whole = parsed[index] ?? { text: '', offset: 0 };
    const start = offset - whole.offset;
    expect(whole.text.slice(0, start)).toSatisfy(isGap);
    expect(whole.text.slice(start, start + text.length)).toBe(text);
    expect(whole.text.slice(start + text.length)).toSatisfy(isGap);
  }
  expect(split.map((statement) => transactionControl(statement) !== undefined)).toEqual(
    parsed.map(({ isTransaction }) => isTransaction),
  );
  return true;
}

test.each(TRICKY)('%s', (sql) => {
  if (!compareStatements(sql)) expect(() => [...splitStatements(sql)]).not.toThrow(TypeError);
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
      if (compareStatements(sql)) compared += 1;
    }),
    { numRuns: RANDOM_TEXTS },
  );
  expect(compared).toBeGreaterThan(RANDOM_TEXTS / 40);
});

/** Joins tokens with white space and comments that would end or nest a statement, if they were read. */
const joined = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))),
      fc.array(fc.constantFrom(' ', ' ', ' ', '\n', '\t', '/* ; end */', '/* /* begin atomic */ ; */', '-- ; end\n'), {
        minLength: parts.length,
        maxLength: parts.length,
      }),
    )
    .map(([texts, gaps]) => texts.flatMap((text, index) => (index === 0 ? [text] : [gaps[index], text])).join(''));

const NAMES = [
  'begin',
  'atomic',
  'commit',
  'function',
  'procedure',
  'rollback',
  'release',
  'x',
  'a$b',
  '_1',
  'größe',
  '🍵',
];
const QUOTED_NAMES = ['"end"', '"begin"', '"case"', '";"', '"a;""b"', 'U&"end"', '"--"', '"/*"'];
const LABELS = ['end', 'case', 'select', 'create', 'as', 'then'];
const STRINGS = [
  ...[
    "'a;b'",
    "'it''s; end'",
    "'a'\n'b;'",
    "'\\'",
    "E'a\\';'",
    "E'a'\n 'b\\'; c'",
    "e'\\\\'\r\n\t'\\';'",
    "U&'a;'\n'b'",
  ],
  ...["b'01'\n'1'", "x'1f'", "n';'", '$$;end;$$', '$é$ $$ ; $é$', "'--'", "'/*'"],
];

/** Statements that PostgreSQL takes, with names, labels and strings that look like ends and beginnings. */
const { statement } = fc.letrec<Record<'expression' | 'select' | 'inBody' | 'statement', string>>((tie) => {
  const name = fc.constantFrom(...NAMES, ...QUOTED_NAMES);
  const label = fc.constantFrom(...NAMES, ...QUOTED_NAMES, ...LABELS);
  const head = (kind: string) =>
    joined(
      fc.constantFrom('create', 'CREATE', 'create or replace'),
      kind,
      name,
      '(',
      fc.array(joined(name, 'int'), { maxLength: 2 }).map((parameters) => parameters.join(',')),
      ')',
    );
  const listOf = (item: fc.Arbitrary<string>) =>
    fc.array(joined(item, ';'), { maxLength: 3 }).map((items) => items.join('\n'));
  return {
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('1', '$1', '1.e5', '.5', '0x1F', '1_000', ...STRINGS),
      name,
      joined(name, '.', label),
      joined('(', tie('expression'), ')'),
      joined('case when', tie('expression'), 'then', tie('expression'), 'else', tie('expression'), 'end'),
      joined('case', tie('expression'), 'when', tie('expression'), 'then', tie('expression'), 'end'),
      joined(tie('expression'), fc.constantFrom('+', '||', '<', '->'), tie('expression')),
      joined('(', tie('select'), ')'),
      joined('array[', tie('expression'), ',', tie('expression'), ']'),
    ),
    select: fc.oneof(
      joined('select', tie('expression'), 'as', label),
      joined('select', tie('expression'), 'as', label, ',', tie('expression'), 'from', name, 'as', name),
      joined('select', name, fc.constantFrom('end', 'begin', 'atomic', 'case', '"end"')),
      joined('values (', tie('expression'), ')'),
    ),
    inBody: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      tie('select'),
      joined('insert into', name, tie('select')),
      joined('update', name, 'set', name, '=', tie('expression')),
      joined(head('procedure'), 'begin', 'atomic', listOf(tie('inBody')), 'end'),
      joined('create rule', name, 'as on insert to', name, 'do also (', tie('select'), ';', tie('select'), ')'),
    ),
    statement: fc.oneof(
      tie('inBody'),
      joined(head('function'), 'returns', name, 'language', name, 'begin', 'atomic', listOf(tie('inBody')), 'end'),
      joined(head('PROCEDURE'), 'BEGIN', 'Atomic', listOf(tie('inBody')), 'END'),
      joined(head('function'), 'returns table (', name, 'int )', 'return', tie('expression')),
      joined(head('function'), 'set', name, '=', name, 'as', fc.constantFrom('$$ begin; end; $$', "'begin atomic'")),
      joined('create table', name, '(', name, 'int', ',', name, 'text )'),
      fc.constantFrom('commit', 'begin', 'end', 'ROLLBACK', 'savepoint begin', 'release "end"', 'start transaction'),
    ),
  };
});

test(`${VALID_TEXTS} valid texts whose names, labels and strings look like beginnings and ends: the same statements`, () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), (statements) => {
      if (compareStatements(statements.join(';\n'))) compared += 1;
    }),
    { numRuns: VALID_TEXTS },
  );
  expect(compared).toBeGreaterThan(VALID_TEXTS * 0.9);
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
    { numRuns: exhaustive ? 5_000 : 1_500 },
  );
});
