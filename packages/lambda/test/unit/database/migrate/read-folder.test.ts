import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MigrationError } from '../../../../src/database/migrate/migration-error.js';
import { readMigrations } from '../../../../src/database/migrate/read-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-folder-'));
  write('0001-tea.sql', 'select 1;\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function problemsOf(directory = folder): string[] {
  try {
    readMigrations(directory);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(MigrationError);
    return (error as MigrationError).message.split('\n\n');
  }
}

describe('a file that is not text in UTF-8 is refused with its line, its byte offset and what it looks like:', () => {
  const LATIN_1 = Buffer.from("select 1;\n-- caf\u00e9\nselect 'caf\u00e9'", 'latin1');

  test.each([
    ['Latin-1', LATIN_1, ':2: byte offset 16: E9 is not UTF-8, and looks like Latin-1 or Windows-1252.'],
    [
      'UTF-16, little-endian, with its mark',
      Buffer.from('\ufeffselect 1', 'utf16le'),
      ':1: byte offset 0: the byte order mark FFFE of UTF-16.',
    ],
    [
      'UTF-16, big-endian, with its mark',
      Buffer.from('\ufeffselect 1', 'utf16le').swap16(),
      ':1: byte offset 0: the byte order mark FEFF of UTF-16.',
    ],
    [
      'UTF-16 without its mark',
      Buffer.from('select 1', 'utf16le'),
      ':1: byte offset 1: a NUL byte, which looks like UTF-16 without a byte order mark, or like no text at all.',
    ],
    ['a NUL byte', Buffer.from("select 1;\nselect '\0'"), ':2: byte offset 18: a NUL byte, which looks like'],
    ['half a character at its end', Buffer.from("select 'é").subarray(0, -1), ':1: byte offset 8: C3 is not UTF-8'],
    ['two thirds of a character at its end', Buffer.from('--\n\ufffd').subarray(0, -1), ':2: byte offset 3: EF is not'],
    ['an overlong character', Buffer.from([0x2d, 0x2d, 0xc0, 0xaf]), ':1: byte offset 2: C0 is not UTF-8'],
    ['a surrogate', Buffer.from([0x2d, 0x2d, 0xed, 0xa0, 0x80]), ':1: byte offset 2: ED is not UTF-8'],
    [
      'an invalid byte behind a replacement character that is in the file',
      Buffer.concat([Buffer.from('-- \ufffd é '), Buffer.from([0xff])]),
      ':1: byte offset 10: FF is not UTF-8',
    ],
  ])('%s', (_, content, problem) => {
    write('0002-pot.sql', content);

    const [only, ...others] = problemsOf();
    expect(only).toContain(`0002-pot.sql${problem}`);
    expect(only).toMatch(/\. Save the file as UTF-8\.$/);
    expect(others).toEqual([]);
  });

  test('every such file at once, together with what is wrong with the others', () => {
    write('0002-pot.sql', LATIN_1);
    write('0003-cup.sql', 'commit;');
    write('0004-lid.sql', Buffer.from('select 1', 'utf16le'));

    expect(problemsOf().filter((problem) => problem.includes('.sql'))).toEqual([
      expect.stringMatching(/^0002-pot\.sql:2: byte offset 16: /),
      expect.stringMatching(/^0004-lid\.sql:1: byte offset 1: /),
      expect.stringMatching(/^0003-cup\.sql:1:1: commit is the runner's/),
    ]);
  });

  test('and UTF-8 with a byte order mark, of every length and with a replacement character, is read', () => {
    write('0002-pot.sql', "\ufeffselect 'é表🍵\ufffd'");

    expect(readMigrations(folder)[1]?.sql).toBe("select 'é表🍵\ufffd'");
  });
});

describe('what looks like a migration and would be passed over is refused by its name:', () => {
  test.each([
    ['0002-pot.SQL', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.Sql', ' Rename it to 0002-pot.sql.'],
    ['0002_pot.sql', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.sql.txt', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.sql ', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.up.sql', ' Rename it to 0002-pot-up.sql.'],
    ['0001-tea.SQL', ''],
    ['pot.sql', ''],
    ['0002-pot.psql', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.pgsql', ' Rename it to 0002-pot.sql.'],
    ['0002-pot.ts', ''],
    ['0002-pot', ''],
    ['V2__pot.SQL', ''],
    ['more/0002-pot.sql', ' Only files directly in the folder are applied: move it there, or away.'],
  ])('%s', (name, fix) => {
    write(name, 'select 1');

    expect(problemsOf()[0]).toBe(
      `${name} is not named like 0001-create-orders.sql: four digits, then words of a-z and 0-9 with hyphens.${fix}`,
    );
  });

  test('a folder that has the name of a migration', () => {
    mkdirSync(join(folder, '0002-pot.sql'));

    expect(problemsOf()).toEqual(['0002-pot.sql is not a file: only files are applied']);
  });

  test('a link to nothing', () => {
    symlinkSync('nowhere', join(folder, '0002-pot.sql'));

    expect(problemsOf()).toEqual([expect.stringMatching(/^0002-pot\.sql cannot be read: ENOENT/)]);
  });
});

test.each([
  ...['README.md', 'notes.txt', '.gitkeep', '.0002-pot.sql.swp', '.#0002-pot.sql', '#0002-pot.sql#', '0002-pot.sql~'],
  ...['0002-pot.sql.bak', '0002-pot.sql.orig', '0002-pot.sql.rej', '0002-pot.sql.tmp', '0002-pot.sql___jb_tmp___'],
  ...['4913', '.git/0002-pot.sql', 'docs/why.md', 'schema.sqlite'],
])('%s is not a migration, and is left alone', (name) => {
  write(name, 'commit');

  expect(readMigrations(folder).map((migration) => migration.name)).toEqual(['0001-tea.sql']);
});

test('a folder that is missing is named, with what to do', () => {
  const missing = join(folder, 'gone');

  expect(problemsOf(missing)).toEqual([
    `There is no folder ${missing}, in which the migrations are. Restore it, or create it: git keeps an empty one with a file .gitkeep in it.`,
  ]);
});

test('a file in place of the folder is named', () => {
  expect(problemsOf(join(folder, '0001-tea.sql'))).toEqual([
    expect.stringMatching(/^The migrations cannot be read: ENOTDIR.*0001-tea\.sql'\. Expected a folder/),
  ]);
});

test('a folder without a file has no migrations', () => {
  rmSync(join(folder, '0001-tea.sql'));

  expect(readMigrations(folder)).toEqual([]);
});
