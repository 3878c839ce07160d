import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LintResult, lintMigrations } from '../../src/lint-migrations.js';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function lint(files: Record<string, string>): Promise<LintResult> {
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return lintMigrations(folder, readMigrations(folder));
}

describe('a statement that locks a table in use, or breaks the code that runs, is a finding', () => {
  test.each([
    ['create index t_by_id on t (id)', 'require-concurrent-index-creation'],
    ['drop index t_by_id', 'require-concurrent-index-deletion'],
    ['reindex table t', 'require-concurrent-reindex'],
    ['alter table t alter column id type bigint', 'changing-column-type'],
    ['alter table t add column at timestamptz not null default clock_timestamp()', 'adding-field-with-default'],
    ['alter table t add column id int not null', 'adding-required-field'],
    ['alter table t alter column id set not null', 'adding-not-nullable-field'],
    ['alter table t add constraint c check (id > 0)', 'constraint-missing-not-valid'],
    ['alter table t add constraint c foreign key (id) references u (id)', 'adding-foreign-key-constraint'],
    ['alter table t add constraint c unique (id)', 'disallowed-unique-constraint'],
    ['alter table t add primary key (id)', 'adding-serial-primary-key-field'],
    ['alter table t rename column id to number', 'renaming-column'],
    ['alter table t rename to u', 'renaming-table'],
    ['alter table t drop column id', 'ban-drop-column'],
    ['drop table t', 'ban-drop-table'],
    ['truncate t cascade', 'ban-truncate-cascade'],
  ])('%s', async (sql, rule) => {
    const { findings, warnings } = await lint({ '0001-change.sql': `${sql};` });

    expect(findings.join('\n')).toContain(`-- squawk-ignore ${rule}`);
    expect(warnings).toEqual([]);
  });
});

describe('squawk has nothing to say of', () => {
  test.each([
    [
      'what happens to a table of the same file',
      'create table t (id int); create index on t (id); alter table t add check (id > 0);',
    ],
    ['a constraint that is validated later', 'alter table t add constraint c check (id > 0) not valid;'],
    ['a required column with a constant default', 'alter table t add column paid boolean not null default false;'],
    [
      'NOT NULL after a check that is validated',
      'alter table t validate constraint id_known; alter table t alter column id set not null;',
    ],
    ['an index that is built concurrently', '-- no-transaction\ncreate index concurrently t_by_id on t (id);'],
    ['a matter of taste', 'create table t (id serial primary key, code char(3), name varchar(20), at timestamp);'],
    ['a missing lock_timeout, which the role migrator has', 'alter table t add column note text;'],
    ['what the file acknowledges', '-- Nobody reads it any more.\n-- squawk-ignore ban-drop-table\ndrop table t;'],
  ])('%s', async (_, sql) => {
    expect(await lint({ '0001-change.sql': sql })).toEqual({ findings: [], warnings: [] });
  });

  test('the starter’s files', () => {
    const migrations = join(PROJECT, 'src/migrations');

    expect(lintMigrations(migrations, readMigrations(migrations))).toEqual({ findings: [], warnings: [] });
  });
});

test('a finding names file, line and column, shows the line, and says how to acknowledge it', async () => {
  const sql = "create table t (a text default 'é');\n\ncomment on table t is 'ü'; drop table other;";

  expect((await lint({ '0001-change.sql': sql })).findings).toEqual([
    `0001-change.sql:3:28: Dropping a table may break existing clients.

  3 | comment on table t is 'ü'; drop table other;
                                 ^

  If it does no harm here, say why above the statement, and: -- squawk-ignore ban-drop-table`,
  ]);
});

test('an acknowledgement of a rule that there is not is a finding', async () => {
  const { findings } = await lint({ '0001-change.sql': '-- squawk-ignore ban-dropping-tables\nselect 1;' });

  expect(findings.join()).toContain('0001-change.sql:1:18: unknown name ban-dropping-tables');
});

test('what squawk cannot parse is one warning, because PostgreSQL has taken it', async () => {
  const { findings, warnings } = await lint({ '0001-change.sql': 'create tabel t (); drop table u;' });

  expect(findings).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining('0001-change.sql:1:1: squawk does not understand this, and has checked nothing'),
  ]);
});
