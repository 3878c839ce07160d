/** The types that the command writes, held against the rows that a function reads. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack } from '@vpc-postgres/testing/support/local-stack.js';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';

const COMMAND = join(import.meta.dirname, '../../bin/vpc-postgres-local.mjs');
const FILE = 'src/database-types.ts';
const NODE_MODULES = join(import.meta.dirname, '../../../../node_modules');

const SAMPLES = `
  create type mood as enum ('good', 'bad');
  create domain price as numeric(12, 2);
  create table samples (
    id uuid primary key default gen_random_uuid(),
    owner_sub uuid not null default identity.sub(),
    day date not null, days date[] not null, clock timetz not null, instant timestamptz not null, stamp timestamp not null,
    small int2 not null, whole int4 not null, big bigint not null, amount numeric not null, cost price not null,
    ratio float8 not null, amounts numeric[] not null, instants timestamptz[] not null, bigs bigint[] not null,
    flag boolean not null, mood mood not null, moods mood[] not null, costs price[] not null, document jsonb not null,
    pause interval not null, place point not null, places point[] not null, span tstzrange not null, picture bytea not null,
    word text, words text[]
  );
  alter table samples enable row level security, force row level security;
  create policy own_samples on samples to app using (true) with check (true);
  grant select, insert on samples to app;
  comment on table samples is 'The table of a test.';`;

const ROW = `insert into samples values (default, gen_random_uuid(), '2026-12-24', '{2026-12-24}', '10:11+02', now(), now(), 1, 2, 3,
  4.5, 5.5, 0.1, '{1.5}', array[now()], '{1}', true, 'good', '{good,bad}', '{1.50}', '{"a": [1]}', '1 day', '(1,2)', '{"(1,2)"}',
  '[2026-12-24,)', '\\x00', null, '{a}') returning *`;

let folder: string;
let migrations: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'database-types-'));
  migrations = join(folder, 'src/migrations');
  const identity = '0000-identity.sql';
  await cp(join(localApp.migrationsFolder, identity), join(migrations, identity), { recursive: true });
  await writeFile(join(migrations, '0001-samples.sql'), SAMPLES);
  await symlink(NODE_MODULES, join(folder, 'node_modules'));
  expect(await run()).toEqual({ code: 0, stdout: `${FILE} is written from 2 migrations.\n`, stderr: '' });
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const output = await promisify(execFile)(process.execPath, [COMMAND, 'database-types', ...args], { cwd: folder });
    return { code: 0, ...output };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test('every value of a row that a function reads has the type that the command has written for its column', async () => {
  const stack = await startTestStack({ migrationsFolder: migrations });
  const database = await connectDatabase(stack);
  const [row = {}] = await database.query({ sub: randomUUID(), groups: null }, ROW);
  await database.end();
  await stack.stop();

  expect(row).toMatchObject({ moods: '{good,bad}', costs: '{1.50}', amounts: ['1.5'], word: null, cost: '5.50' });
  const columns = Object.entries(row);
  const typeOf = (column: string) => `{} as Selectable<DB['samples']>['${column}']`;
  const strings = columns.filter(([, value]) => typeof value === 'string');
  expect(
    wrongLines([
      `export const row: Selectable<DB['samples']> = ${literalOf(row)};`,
      "export const written: Insertable<DB['samples']>['instant'] = new Date();",
      ...strings.map(([column]) => `export const ${column}: string = ${typeOf(column)};`),
    ]),
  ).toEqual([]);
  // Every column has a type of its own: `any` could be a symbol.
  const symbols = columns.map(([column]) => `export const ${column}: symbol = ${typeOf(column)};`);
  expect(wrongLines(symbols)).toHaveLength(columns.length);
});

function literalOf(row: object): string {
  return JSON.stringify(row, (_, value) => (value?.type === 'Buffer' ? 'a Buffer' : value)).replace(
    '"a Buffer"',
    'Buffer.from([0])',
  );
}

/** @returns the lines that TypeScript rejects, with its reason, where the written types are in reach */
function wrongLines(lines: readonly string[]): string[] {
  const use = join(folder, 'src/use.ts');
  const imports =
    "import type { Insertable, Selectable } from 'kysely'; import type { DB } from './database-types.js';";
  writeFileSync(use, [imports, ...lines].join('\n'));
  const program = ts.createProgram([use], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    typeRoots: [join(NODE_MODULES, '@types')],
    skipLibCheck: true,
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    return `${lines[line - 1]}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

test('--check writes nothing, and is content until a migration comes', async () => {
  const types = join(folder, FILE);
  const before = await readFile(types, 'utf8');
  expect(await run('--check')).toMatchObject({ code: 0, stdout: `${FILE} is up to date with src/migrations.\n` });

  const color = join(migrations, '0002-color.sql');
  await writeFile(color, 'alter table samples add column color text;');
  const stale = await run('--check');
  await rm(color);

  expect(stale).toMatchObject({
    code: 1,
    stderr: `${FILE} is not what src/migrations gives. Run: npx vpc-postgres-local database-types\n`,
  });
  expect(await readFile(types, 'utf8')).toBe(before);
});

test('--check of a file that is not there ends with 1, and says what to run', async () => {
  expect(await run('--check', '--out', 'types/none.ts')).toMatchObject({
    code: 1,
    stderr: 'types/none.ts does not exist. Run: npx vpc-postgres-local database-types --out types/none.ts\n',
  });
});

test('the file is one that a linter leaves alone, and has no table of the machinery', async () => {
  const text = await readFile(join(folder, FILE), 'utf8');

  expect(text).toMatch(/^\/\*\* The tables of the migrations/);
  expect(text).toContain('// biome-ignore-all lint: generated');
  expect(text.slice(text.indexOf('export interface DB'))).toBe('export interface DB {\n  samples: Samples;\n}\n');
});

test('a wrong option, a missing folder and a broken migration end with 2, and write nothing', async () => {
  const broken = join(folder, 'broken');
  await cp(migrations, broken, { recursive: true });
  await writeFile(join(broken, '0002-broken.sql'), 'create table broken (id integr);');

  expect(await run('--ou', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining("'--ou'") });
  expect(await run('--directory', 'nowhere')).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') });
  const failed = await run('--directory', 'broken', '--out', 'broken.ts');
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('0002-broken.sql:1:25: type "integr"') });
  expect(existsSync(join(folder, 'broken.ts'))).toBe(false);
});

test('--help shows the options and the exit codes', async () => {
  const { code, stdout } = await run('--help');

  expect(code).toBe(0);
  for (const word of ['--out FILE', '--check', '--directory DIR', 'Exit codes']) expect(stdout).toContain(word);
});
