import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../../src/database/migrate/migration.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';
import { readMigrations } from '../../../../src/database/migrate/read-folder.js';

const FOLDER = join(import.meta.dirname, '../../../../../testing/app/src/migrations');

const filesOf = (files: Record<string, string>) => Object.entries(files).map(([name, sql]) => ({ name, sql }));
const prepare = (files: Record<string, string>) => prepareMigrations(filesOf(files));

function problemsOf(files: Record<string, string>): string {
  try {
    prepare(files);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no problem';
}

test('the files of this project keep the rules', () => {
  expect(readMigrations(FOLDER).length).toBeGreaterThan(0);
});

test('files come in the order of their numbers, whatever order they are read in', () => {
  const migrations = prepare({ '0002-pot.sql': 'select 2', '0001-tea.sql': 'select 1' });

  expect(migrations.map(({ name }) => name)).toEqual(['0001-tea.sql', '0002-pot.sql']);
});

describe('refuses', () => {
  test.each(['tea.sql', '1-tea.sql', '0001_tea.sql', '0001-Tea.sql', '0001-.sql', '00001-tea.sql', '0001-tea-.sql'])(
    'the name %s',
    (name) => {
      expect(problemsOf({ [name]: 'select 1' })).toContain(`${name} is not named like 0001-create-orders.sql`);
    },
  );

  test('two files of one number', () => {
    expect(problemsOf({ '0001-tea.sql': 'select 1', '0001-pot.sql': 'select 1' })).toBe(
      '0001-pot.sql and 0001-tea.sql have the same number. Give the one that is not applied anywhere the next.',
    );
  });

  test('a gap', () => {
    expect(problemsOf({ '0000-tea.sql': 'select 1', '0003-pot.sql': 'select 1' })).toBe(
      'There is no 0001 between 0000-tea.sql and 0003-pot.sql. Restore it, or rename 0003-pot.sql to 0001-….',
    );
  });

  test('a first number beyond 0001', () => {
    expect(problemsOf({ '0002-tea.sql': 'select 1' })).toContain('0002-tea.sql is the first file');
  });

  test('a file without a statement', () => {
    expect(problemsOf({ '0001-tea.sql': '-- nothing yet\n' })).toContain('there is no statement in this file');
  });

  test.each([
    ['create table tea ();\ncommit;', '0001-tea.sql:2:1: commit is the runner'],
    ['create table tea ();\nCOMMIT AND CHAIN;', '0001-tea.sql:2:1: commit is the runner'],
    ['select 1; /* hidden /* well */ */ rollback;', '0001-tea.sql:1:35: rollback is the runner'],
    ['select 1;\n-- hidden\n  end', '0001-tea.sql:3:3: end is the runner'],
    ['abort', '0001-tea.sql:1:1: abort is the runner'],
    ['begin; select 1', '0001-tea.sql:1:1: begin is the runner'],
    ["select 1; prepare transaction 'x'", 'prepare transaction is the runner'],
    ['start\n transaction; select 1', 'start transaction is the runner'],
    ['-- no-transaction\nselect 1; commit', '0001-tea.sql:2:11: commit is the runner'],
  ])('%s', (sql, problem) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toContain(problem);
  });

  test.each([
    ['create index concurrently i on t (a)', 'this cannot run in a transaction'],
    ['select 1;\n-- no-transaction\nselect 2', '-- no-transaction has no effect here'],
    ['-- no-transaction\ncreate index concurrently on t (a)', 'give the index a name'],
    ['-- no-transaction\ndrop index concurrently i', 'write drop index concurrently if exists'],
    ['-- no-transaction\nreindex table concurrently t', 'drop index concurrently if exists and create index'],
  ])('%s', (sql, problem) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toContain(problem);
  });

  test.each([
    ["select 'tea", 'the string that begins here has no end', '1:8'],
    ['select "tea', 'the quoted name that begins here has no end', '1:8'],
    ['select 1; /* /* */', 'the comment that begins here has no end', '1:11'],
    ['do $body$ begin end $bod$', 'the dollar-quoted string that begins here has no end', '1:4'],
  ])('%s', (sql, problem, place) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toContain(`0001-tea.sql:${place}: ${problem}`);
  });
});

describe('COPY between the server and the client, which the runner cannot serve, is refused where it stands:', () => {
  test.each([
    ['select 1;\n  copy t from stdin', '2:3', 'COPY waits here for rows'],
    ['COPY "from" (a, "to") FROM STDIN WITH (format csv)', '1:1', 'COPY waits here for rows'],
    ['copy binary public.t from stdin', '1:1', 'COPY waits here for rows'],
    ['copy t from /* c */ stdin where a > 1', '1:1', 'COPY waits here for rows'],
    ['copy t from stdout', '1:1', 'COPY waits here for rows'],
    ['copy t to stdout', '1:1', 'COPY sends rows here'],
    ['copy t to stdin', '1:1', 'COPY sends rows here'],
    ["copy (select 'from' from t) to stdout with binary", '1:1', 'COPY sends rows here'],
    [
      `copy t (${Array.from({ length: 40 }, (_, index) => `c${index}`).join(', ')}) from stdin`,
      '1:1',
      'COPY waits here',
    ],
    ['-- no-transaction\ncopy t from stdin', '2:1', 'COPY waits here for rows'],
  ])('%s', (sql, place, problem) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toContain(`0001-tea.sql:${place}: ${problem}`);
  });

  test.each([
    ["copy t from '/tmp/f'"],
    ["copy stdin from '/tmp/f'"],
    ["copy t from program 'cat' where stdin > 1"],
    ["copy (select a from stdin) to '/tmp/f'"],
    ['select stdin from stdout'],
  ])('%s is not', (sql) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toBe('no problem');
  });

  test('with its rows, and the rest of the file is read on', () => {
    const sql = "copy t (a, b) from stdin;\n1\tit's\n2\t\\N;\n\\.\n\nselect 1;\ncommit;";

    const problems = problemsOf({ '0001-tea.sql': sql });

    expect(problems.match(/^0001-tea\.sql:\S+ \S+/gm)).toEqual(['0001-tea.sql:1:1: COPY', '0001-tea.sql:7:1: commit']);
    expect(problems).toContain(
      'Write insert into … values (…), (…), or for many rows insert into … select * from unnest(',
    );
  });

  test('also where the rows cannot be read as SQL and have no end', () => {
    expect(problemsOf({ '0001-tea.sql': "copy t from stdin;\nit's" }).match(/^0001-tea\.sql:\S+/gm)).toEqual([
      '0001-tea.sql:2:3:',
      '0001-tea.sql:1:1:',
    ]);
  });
});

describe('a command of psql is refused where it stands:', () => {
  test.each([
    ['\\i other.sql', '1:1', '\\i is a command of psql'],
    ["select 1;\n\t\\ir it's.sql\nselect 2;", '2:2', '\\ir is a command of psql'],
    ['\\copy t from f.csv csv header', '1:1', '\\copy is a command of psql, and not SQL. Write insert into … values'],
    ['\\set x 1', '1:1', '\\set is a command of psql'],
    ["\\echo it's", '1:1', '\\echo is a command of psql'],
    ['\\connect other', '1:1', '\\connect is a command of psql'],
    ['\\restrict abc', '1:1', '\\restrict is a command of psql'],
    ['select 1 \\gexec', '1:10', '\\gexec is a command of psql'],
    ['select (1 \\gset', '1:11', '\\gset is a command of psql'],
    ['\\.', '1:1', '\\. is a command of psql'],
    ['select 1 \\; select 2', '1:10', '\\; is a command of psql'],
    ['\\', '1:1', '\\ is a command of psql'],
  ])('%s', (sql, place, problem) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toContain(`0001-tea.sql:${place}: ${problem}`);
  });

  test('all of them at once, and what is wrong with the statements between them', () => {
    const sql = "\\set ON_ERROR_STOP on\nselect 'a';\n\\echo it's\ncommit;\nselect 1\n\\g\n";

    expect(problemsOf({ '0001-tea.sql': sql }).match(/^0001-tea\.sql:\S+ \S+/gm)).toEqual([
      '0001-tea.sql:1:1: \\set',
      '0001-tea.sql:3:1: \\echo',
      '0001-tea.sql:4:1: commit',
      '0001-tea.sql:6:1: \\g',
    ]);
  });

  test.each([
    ["select '\\i'"],
    ["select E'\\\\i'"],
    ['select 1 as "\\i"'],
    ['do $$ \\i $$'],
    ['select 1 -- \\i\n/* \\i */'],
  ])('%s is not', (sql) => {
    expect(problemsOf({ '0001-tea.sql': sql })).toBe('no problem');
  });
});

test('tells everything at once, each with its line and a caret', () => {
  expect(problemsOf({ 'tea.sql': 'select 1', '0001-pot.sql': 'select 1;\n\tcommit;', '0002-cup.sql': '' })).toBe(`\
tea.sql is not named like 0001-create-orders.sql: four digits, then words of a-z and 0-9 with hyphens.

0001-pot.sql:2:2: commit is the runner's: it applies each file in a transaction of its own. Remove it

  2 |  commit;
       ^

0002-cup.sql:1:1: there is no statement in this file

  1 | 
      ^`);
});

test('a caret counts characters, not UTF-16 units', () => {
  expect(problemsOf({ '0001-tea.sql': "select '🍵'; commit" })).toContain('0001-tea.sql:1:13: commit');
});

test('line ends of Windows and a byte order mark are no change', () => {
  const [unix] = prepare({ '0001-tea.sql': 'select 1;\nselect 2;\n' });
  const [windows] = prepare({ '0001-tea.sql': '\ufeffselect 1;\r\nselect 2;\r\n' });

  expect(windows?.checksum).toBe(unix?.checksum);
  expect(prepare({ '0001-tea.sql': '\ufeff-- no-transaction\r\nselect 1' })[0]?.transactional).toBe(false);
});

test('the fingerprint changes with a name, a text or a further file, and with nothing else', () => {
  const tea = { '0001-tea.sql': 'select 1' };
  const fingerprint = fingerprintOf(prepare(tea));

  expect(fingerprintOf(prepare(tea))).toBe(fingerprint);
  for (const other of [
    { '0001-pot.sql': 'select 1' },
    { '0001-tea.sql': 'select 2' },
    { ...tea, '0002-b.sql': 'select 1' },
  ]) {
    expect(fingerprintOf(prepare(other))).not.toBe(fingerprint);
  }
});
