import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineFunction } from '@aws-amplify/backend';
import { a } from '@aws-amplify/data-schema';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFunctions } from '../../../src/functions/check-functions.js';

const REPOSITORY = join(import.meta.dirname, '../../../../..');

const USES_DATABASE = `import { createDatabase } from '@vpc-postgres/lambda/database/database.js';
export const handler = async () => createDatabase;`;
const USES_PG = `import pg from 'pg';
export const handler = async () => new pg.Client();`;
const PLAIN = 'export const handler = async () => "hello";';
/** The package itself does not count: only what uses the database of it. */
const USES_THE_PACKAGE_ONLY = `import { ClientError } from '@vpc-postgres/lambda/graphql/client-error.js';
export const handler = async () => ClientError;`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-functions-'));
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function writeHandlers(handlers: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, code] of Object.entries(handlers)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'handler.ts'), code);
  }
}

/** A schema with one query for each of the functions. */
const schemaThatCalls = (...names: string[]) =>
  a.schema(
    Object.fromEntries(
      names.map((name, index) => [
        `query${index}`,
        a
          .query()
          .returns(a.string())
          .authorization((allow) => [allow.authenticated()])
          .handler(a.handler.function(name)),
      ]),
    ),
  );

const check = (functions: Parameters<typeof checkFunctions>[0], called = Object.keys(functions)) =>
  checkFunctions(functions, schemaThatCalls(...called), pathToFileURL(`${folder}/`));

test('what is wired as it should be is accepted without a word', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await writeHandlers({ orders: USES_DATABASE, reports: USES_PG, greeter: PLAIN, clock: USES_THE_PACKAGE_ONLY });

  check({
    orders: { database: true },
    reports: { database: true },
    greeter: { database: false },
    clock: { database: false },
  });

  expect(warn).not.toHaveBeenCalled();
});

test('a function whose resource.ts names another entry is checked by that file', async () => {
  await writeHandlers({ orders: PLAIN });
  await writeFile(join(folder, 'orders', 'serve.ts'), USES_DATABASE);
  const resource = defineFunction({ entry: './serve.ts' });

  expect(() => check({ orders: { database: true, resource } })).not.toThrow();
  expect(() => check({ orders: { database: false, resource } })).toThrow(
    'expected  true: amplify/functions/orders/serve.ts uses the database',
  );
});

test('a name in the schema that is not listed is refused, with both files and the names that are listed', async () => {
  await writeHandlers({ orders: USES_DATABASE });

  expect(() => check({ orders: { database: true } }, ['orders', 'order'])).toThrow(
    [
      "  amplify/data/schema.ts: a.handler.function('order')",
      "    got       'order', which amplify/functions/functions.ts does not list",
      "    expected  one of the functions that are listed: 'orders'",
      "    fix       add 'order' to amplify/functions/functions.ts, or correct the name in amplify/data/schema.ts",
    ].join('\n'),
  );
});

test('a function that no field calls is a warning, with both files, and no error', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await writeHandlers({ orders: USES_DATABASE, greeter: PLAIN });

  check({ orders: { database: true }, greeter: { database: false } }, ['orders']);

  expect(warn.mock.calls).toEqual([
    [
      "warning: amplify/functions/functions.ts lists 'greeter', and no field of amplify/data/schema.ts calls it. " +
        "Add .handler(a.handler.function('greeter')) to a field, or remove it from the list.",
    ],
  ]);
});

test.each([
  ['createDatabase', USES_DATABASE],
  ['pg itself', USES_PG],
])('a handler that uses %s with database: false is refused', async (_, code) => {
  await writeHandlers({ orders: code });

  expect(() => check({ orders: { database: false } })).toThrow(
    [
      "  amplify/functions/functions.ts: 'orders'.database",
      '    got       false',
      '    expected  true: amplify/functions/orders/handler.ts uses the database, which is reached from inside the VPC alone',
      '    fix       write database: true in amplify/functions/functions.ts, or change amplify/functions/orders/handler.ts',
    ].join('\n'),
  );
});

test.each([
  ['uses the database', USES_DATABASE, 'true'],
  ['does not', PLAIN, 'false'],
])('a function that does not say whether it uses the database is refused: its handler %s', async (_, code, value) => {
  await writeHandlers({ orders: code });
  // The type checker refuses it as well; an option of ampx skips it.
  const functions = { orders: {} } as unknown as Parameters<typeof checkFunctions>[0];

  expect(() => check(functions)).toThrow(
    new RegExp(`got {7}nothing\\n {4}expected {2}${value}: [\\s\\S]*write database: ${value} in amplify/functions`),
  );
});

test.each([
  ['nothing', PLAIN],
  ['only another part of the package', USES_THE_PACKAGE_ONLY],
])('a handler that imports %s with database: true is refused', async (_, code) => {
  await writeHandlers({ greeter: code });

  expect(() => check({ greeter: { database: true } })).toThrow(
    [
      "  amplify/functions/functions.ts: 'greeter'.database",
      '    got       true',
      '    expected  false: amplify/functions/greeter/handler.ts imports neither pg nor createDatabase of ' +
        '@vpc-postgres/lambda, and needs no place in the VPC',
      '    fix       write database: false in amplify/functions/functions.ts, or change amplify/functions/greeter/handler.ts',
    ].join('\n'),
  );
});

test('all problems are reported at once', async () => {
  await writeHandlers({ orders: USES_DATABASE, greeter: PLAIN });

  expect(() =>
    check({ orders: { database: false }, greeter: { database: true } }, ['orders', 'greeter', 'a', 'b']),
  ).toThrow(/function\('a'\)[\s\S]*function\('b'\)[\s\S]*'orders'\.database[\s\S]*'greeter'\.database/);
});
