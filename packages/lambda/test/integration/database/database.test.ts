import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { buildFunctions, type LocalFunctions } from '@vpc-postgres/local-stack/functions.js';
import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * packages/lambda/src/database as the Lambda runs it: bundled, in a process of its own, over TLS with an IAM token. A probe function runs
 * the SQL that a test sends it.
 */
const SRC = join(import.meta.dirname, '../../../src');

const PROBE = `
  import { createDatabase } from '${SRC}/database/database.js';
  import { readDatabaseSettings } from '${SRC}/database/settings.js';

  const idleErrors: string[] = [];
  const database = createDatabase(readDatabaseSettings(process.env), {
    applicationName: 'probe',
    onIdleError: (error) => void idleErrors.push(error.message),
  });

  export async function handler({ sql, values }: { sql: string; values?: unknown[] }) {
    try {
      return { rows: await database.queryAsNobody(sql, values), activity: database.activity, idleErrors };
    } catch (error) {
      const { name, sqlState, constraint, cause, message } = error as Record<string, unknown>;
      return { name, sqlState, constraint, message, cause: String(cause), activity: database.activity };
    }
  }`;

interface ProbeResponse {
  rows?: Record<string, unknown>[];
  name?: string;
  cause?: string;
  activity: { connectionsOpened: number; statements: number };
  idleErrors?: string[];
}

let stack: TestStack;
const probes: LocalFunctions[] = [];
/** A Lambda environment whose one connection nobody breaks. */
let query: Awaited<ReturnType<typeof startProbe>>;

beforeAll(async () => {
  stack = await startTestStack();
  query = await startProbe();
});
afterAll(async () => {
  await Promise.all(probes.map((probe) => probe.stop()));
  await stack?.stop();
});

/** A new Lambda environment, for a test that starts without a connection, or ends with another. */
async function startProbe(overrides: Partial<LocalDatabase> = {}) {
  const project = join(stack.stateDirectory, `probe-${probes.length}`);
  await mkdir(join(project, 'amplify/functions/probe'), { recursive: true });
  await writeFile(join(project, 'amplify/functions/probe/handler.ts'), PROBE);
  const functions = await buildFunctions({
    definitions: { probe: defineTestFunction(project, 'probe') },
    directory: join(project, 'out'),
    projectDirectory: project,
    watch: false,
    onBuild: () => {},
    onLog: () => {},
  });
  await functions.dispose();
  functions.start({ ...stack.access, ...overrides });
  probes.push(functions);
  return async (sql: string, values?: unknown[]) =>
    (await functions.invoke('probe', { sql, values })).payload as ProbeResponse;
}

test('connects as the database user, over TLS, under the function’s name', async () => {
  const { rows } = await query(
    "select current_user as user, current_database() as database, current_setting('application_name') as name",
  );

  expect(rows).toEqual([{ user: 'app', database: 'app', name: 'probe' }]);
});

test('opens nothing until the first query, and then uses one connection for all', async () => {
  const query = await startProbe();

  for (let count = 0; count < 5; count += 1) await query('select 1');

  expect((await query('select 1')).activity).toMatchObject({ connectionsOpened: 1, statements: 6 });
});

test('the role bounds statements, locks and idle transactions, which the proxy does not let a client set', async () => {
  const { rows } = await query(
    `select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`,
  );

  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '15000' },
    { name: 'lock_timeout', setting: '5000' },
    { name: 'statement_timeout', setting: '10000' },
  ]);
});

test('a definition is not permitted, and the role may not delete orders', async () => {
  expect(await query('create table intruder (id int)')).toMatchObject({ name: 'StatementNotPermittedError' });
  expect(await query('delete from orders')).toMatchObject({ name: 'DatabaseAccessError', sqlState: '42501' });
});

describe('after an error', () => {
  test.each([
    ['a statement that is refused', 'select * from nowhere', 'DatabaseStatementError', '42P01'],
    ['a value that does not parse', "select 'x'::integer", 'DatabaseStatementError', '22P02'],
    [
      'a row that no policy lets nobody write',
      "insert into orders (customer_sub, currency, total_cents) values (gen_random_uuid(), 'EUR', 1)",
      'DatabaseAccessError',
      '42501',
    ],
    [
      'a statement that is cancelled',
      'select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)',
      'DatabaseTimeoutError',
      '57014',
    ],
  ])('%s: the error is typed, and the connection stays', async (_, sql, name, sqlState) => {
    expect(await query(sql)).toMatchObject({ name, sqlState });

    expect((await query('select 1')).activity.connectionsOpened).toBe(1);
  });

  test('a connection lost in mid-statement: the caller gets an error, and the next query has a new connection', async () => {
    const query = await startProbe();

    expect(await query('select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)')).toMatchObject({
      name: 'DatabaseUnavailableError',
    });

    expect(await query('select 1 as one')).toMatchObject({ rows: [{ one: 1 }], activity: { connectionsOpened: 2 } });
  });

  test('a connection lost while idle: the process lives on, and the next query has a new connection', async () => {
    const query = await startProbe();
    await query('select 1');

    const opened = stack.output.findLast((line) => line.includes('"opened"')) ?? '{}';
    const { connectionId } = JSON.parse(opened) as { connectionId: number };
    const closed = () =>
      stack.output.some((line) => line.includes('"closed"') && JSON.parse(line).connectionId === connectionId);
    // As IdleClientTimeout does. A database connection that is lost between transactions is the proxy's own affair.
    await stack.proxy.applyFault({ fault: 'drop-idle-clients' });
    await expect.poll(closed).toBe(true);

    expect(await query('select 1 as one')).toMatchObject({ rows: [{ one: 1 }], activity: { connectionsOpened: 2 } });
    expect((await query('select 1 as one')).idleErrors).toHaveLength(1);
  });

  test('a database connection lost while idle is the proxy’s to replace: the function’s own stays', async () => {
    const query = await startProbe();
    const { rows } = await query('select pg_backend_pid() as pid');

    const superuser = await stack.connectSuperuser();
    await superuser.query('select pg_terminate_backend($1, 5000)', [rows?.[0]?.pid]);
    await superuser.end();

    const { rows: after, activity } = await query('select pg_backend_pid() as pid');
    expect(after?.[0]?.pid).not.toBe(rows?.[0]?.pid);
    expect(activity.connectionsOpened).toBe(1);
  });
});

describe('refuses to talk to', () => {
  test('a proxy whose certificate another CA signed', async () => {
    const other = join(stack.stateDirectory, 'other-ca.pem');
    await writeFile(other, '');
    const query = await startProbe({ caPath: other });

    const answer = await query('select 1');

    expect(answer.name).toBe('DatabaseUnavailableError');
    expect(answer.cause).toMatch(/certificate/i);
  });
});

test.each([
  ['as a user whom its role does not name', { user: 'postgres' }],
  [
    'with credentials that nobody gave out',
    { credentials: { accessKeyId: 'AKIA', secretAccessKey: 'wrong', sessionToken: 'x' } },
  ],
  ['with a token for another region', { region: 'us-east-1' }],
])('cannot log in %s', async (_, overrides) => {
  const query = await startProbe(overrides);

  expect(await query('select 1')).toMatchObject({ name: 'DatabaseAccessError' });
});
