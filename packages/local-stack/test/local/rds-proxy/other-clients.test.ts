import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

/** A Python with psycopg 3 and asyncpg: .ci/run makes one, and names it in PYTHON. */
const PYTHON = process.env.PYTHON ?? 'python3';

let stack: ProxyUnderTest;
beforeAll(async () => {
  stack = await startProxyUnderTest({ pool: { maxConnections: 5, reservedConnections: 3 } });
});
afterAll(() => stack.stop());

async function environment(): Promise<NodeJS.ProcessEnv> {
  return {
    PATH: process.env.PATH,
    PGHOST: 'localhost',
    PGPORT: String(stack.proxy.port),
    PGUSER: 'app',
    PGDATABASE: 'app',
    PGPASSWORD: await stack.token(),
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: stack.caPath,
  };
}

test('postgres.js with prepare: false queries, transacts and pipelines, and never pins', async () => {
  stack.proxy.forgetPins();
  const sql = postgres({
    host: 'localhost',
    port: stack.proxy.port,
    user: 'app',
    database: 'app',
    password: () => stack.token(),
    ssl: { ca: stack.ca },
    prepare: false,
    max: 5,
  });

  const numbers = await Promise.all(Array.from({ length: 40 }, (_, index) => sql`select ${index}::int as number`));
  const inTransaction = await sql.begin(async (transaction) => {
    await transaction`create table if not exists from_postgres_js (value int)`;
    await transaction`insert into from_postgres_js values (${7})`;
    return transaction`select value from from_postgres_js`;
  });
  const failed = await sql`select 1 / ${0}::int`.catch((error: Error) => error.message);
  await sql.end();

  expect(numbers.map(([row]) => row?.number)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(inTransaction.map(({ value }) => value)).toEqual([7]);
  expect(failed).toBe('division by zero');
  expect(stack.proxy.pins()).toEqual([]);
});

const hasPgbench = spawnSync('pgbench', ['--version']).status === 0;

describe.skipIf(!hasPgbench)(hasPgbench ? 'pgbench' : 'pgbench (skipped: not installed; Debian: postgresql)', () => {
  test.each(['simple', 'extended'])(
    'TPC-B by the %s protocol has no failed transaction, and never pins',
    async (mode) => {
      const env = await environment();
      await promisify(execFile)('pgbench', ['--initialize', '--quiet', '--scale=1'], { env });
      stack.proxy.forgetPins();

      const options = ['--client=8', '--transactions=50', `--protocol=${mode}`, '--no-vacuum'];
      const { stdout } = await promisify(execFile)('pgbench', options, { env });

      expect(stdout).toContain('number of transactions actually processed: 400/400');
      expect(stdout).toContain('number of failed transactions: 0 (0.000%)');
      expect(stack.proxy.pins()).toEqual([]);
    },
  );
});

const PSYCOPG = `
import os, psycopg
with psycopg.connect(prepare_threshold=None) as connection:
    for number in range(20):
        assert connection.execute('select %s::int', (number,)).fetchone() == (number,)
    connection.execute('create table if not exists from_psycopg (value int)')
    with connection.cursor() as cursor:
        with cursor.copy('copy from_psycopg from stdin') as copy:
            for number in range(1000):
                copy.write_row((number,))
        assert cursor.execute('select count(*) from from_psycopg').fetchone() == (1000,)
    connection.rollback()
    with connection.pipeline():
        results = [connection.execute('select %s::int', (number,)) for number in range(50)]
    assert [result.fetchone()[0] for result in results] == list(range(50))
    try:
        connection.execute('select 1 / 0')
    except psycopg.errors.DivisionByZero:
        connection.rollback()
    print(connection.execute('select session_user').fetchone()[0])
`;

/** Its pipelines are batches with one Sync, which it sends on leaving the block. */
const PSYCOPG_PIPELINES = `
import psycopg
from psycopg.pq import TransactionStatus
with psycopg.connect(prepare_threshold=None, autocommit=True) as connection:
    connection.execute('create table if not exists from_pipelines (value int)')
    def send(*statements):
        with connection.pipeline():
            return [connection.execute(statement) for statement in statements]
    def count():
        return connection.execute('select count(*) from from_pipelines').fetchone()[0]

    *_, row, committed = send('begin', 'insert into from_pipelines values (1)', 'select 42', 'commit')
    assert row.fetchone() == (42,)
    assert committed.statusmessage == 'COMMIT'
    assert connection.info.transaction_status == TransactionStatus.IDLE

    try:
        send('begin', 'insert into from_pipelines values (2)', 'select 1 / 0', 'insert into from_pipelines values (3)', 'commit')
        raise AssertionError('it did not fail')
    except psycopg.errors.DivisionByZero:
        assert connection.info.transaction_status == TransactionStatus.INERROR
    connection.execute('rollback')
    assert count() == 1

    send('begin', 'insert into from_pipelines values (4)')
    assert connection.info.transaction_status == TransactionStatus.INTRANS
    send('insert into from_pipelines values (5)', 'commit')
    assert count() == 3

    try:
        send('begin isolation level nonsense', 'insert into from_pipelines values (6)', 'commit')
        raise AssertionError('it did not fail')
    except psycopg.errors.SyntaxError:
        assert connection.info.transaction_status == TransactionStatus.IDLE
    assert count() == 3
    print(connection.execute('select session_user').fetchone()[0])
`;

const ASYNCPG = `
import asyncio, asyncpg, os, ssl
async def main():
    context = ssl.create_default_context(cafile=os.environ['PGSSLROOTCERT'])
    connection = await asyncpg.connect(
        host='localhost', port=int(os.environ['PGPORT']), user='app', database='app',
        password=os.environ['PGPASSWORD'], ssl=context, statement_cache_size=0)
    for number in range(20):
        assert await connection.fetchval('select $1::int', number) == number
    async with connection.transaction():
        await connection.execute('create table from_asyncpg (value int)')
        await connection.copy_records_to_table('from_asyncpg', records=[(number,) for number in range(1000)])
        assert await connection.fetchval('select count(*) from from_asyncpg') == 1000
    try:
        await connection.fetchval('select 1 / $1::int', 0)
    except asyncpg.DivisionByZeroError:
        pass
    print(await connection.fetchval('select session_user'))
    await connection.close()
asyncio.run(main())
`;

describe.each([
  ['psycopg', 'psycopg 3 queries, copies, fails and goes on', PSYCOPG, []],
  ['psycopg', 'psycopg 3 sends transactions as pipelines with one Sync, and some of them fail', PSYCOPG_PIPELINES, []],
  ['asyncpg', 'asyncpg queries, copies, fails and goes on', ASYNCPG, ['namedStatement']],
])('%s', (module, title, program, pins) => {
  const isMissing = spawnSync(PYTHON, ['-c', `import ${module}`]).status !== 0;

  test.skipIf(isMissing)(isMissing ? `skipped: ${PYTHON} has no ${module}` : title, async () => {
    stack.proxy.forgetPins();

    const { stdout } = await promisify(execFile)(PYTHON, ['-c', program], { env: await environment() });

    expect(stdout.trim()).toBe('app');
    expect(stack.proxy.pins().map(({ kind }) => kind)).toEqual(pins);
    expect(stack.proxy.statistics().clientConnections.open).toBe(0);
  });
});
