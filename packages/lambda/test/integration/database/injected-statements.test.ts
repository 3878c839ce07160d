import { randomUUID } from 'node:crypto';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/**
 * What docs/row-level-security.md says of an injected statement, in PostgreSQL itself: the statement is the attacker's from its
 * first to its last character, and no filter of the client has looked at it.
 */
let stack: TestStack;
let superuser: pg.Client;
let app: pg.Client;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
  await superuser.query(
    `insert into orders (id, customer_sub, currency, total_cents) values ($1, $2, 'EUR', 1), ($3, $4, 'EUR', 2)`,
    [ALICES_ORDER, ALICE, BOBS_ORDER, BOB],
  );
  await superuser.query('analyze orders');
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});
beforeEach(async () => {
  app = await connect();
});
afterEach(() => app.end());

const [ALICE, BOB, ALICES_ORDER, BOBS_ORDER] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const VISIBLE =
  'select (select array_agg(id) from orders) as orders, (select count(*)::int from order_totals) as totals';
const ALICES = { orders: [ALICES_ORDER], totals: 0 };
const NOTHING = { orders: null, totals: 0 };

/** A session of the role app, past the proxy: what it leaves behind is still there for the next caller. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ host: stack.postgres.socketDirectory, user: 'app', database: 'app' });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** By the extended protocol, as packages/lambda/src/database sends it. */
async function send(text: string): Promise<Record<string, unknown>[]> {
  const { rows } = await app.query({ text, values: [], queryMode: 'extended' } as pg.QueryConfig);
  return rows;
}

/** Injected into a transaction of Alice's. @returns its rows, and what the next statement of that transaction sees */
async function inject(text: string): Promise<{ rows: Record<string, unknown>[]; seen: Record<string, unknown> }> {
  await app.query('begin');
  try {
    await app.query('select identity.assume($1, $2)', [ALICE, []]);
    const rows = await send(text);
    const [seen = {}] = await send(VISIBLE);
    await app.query('commit');
    return { rows, seen };
  } catch (error) {
    await app.query('rollback');
    throw error;
  }
}

/** Runs a text as SQL from inside a SELECT, where no reader of the statement sees what it is. */
const HIDDEN = {
  query_to_xml: (text: string) => `select query_to_xml(${pg.escapeLiteral(text)}, true, false, '')`,
  ts_stat: (text: string) => `select * from ts_stat(${pg.escapeLiteral(`select to_tsvector((${text})::text)`)})`,
};
const ASSUME_BOB = `select identity.assume('${BOB}', '{admins}')`;

describe('an injected statement cannot act as another user', () => {
  test.each([
    ['by assume()', ASSUME_BOB],
    ['by what assume() does', `select identity.hold('${BOB}', '{admins}')`],
    ['by assume() in a text', HIDDEN.query_to_xml(ASSUME_BOB)],
    ['by assume() in a text that is a search', HIDDEN.ts_stat(ASSUME_BOB)],
    ['by assume_nobody(), and so to begin anew', 'select identity.assume_nobody()'],
  ])('%s, which a transaction calls once', async (_, text) => {
    await expect(inject(text)).rejects.toMatchObject({
      code: '25001',
      message: 'This transaction has an identity already, and keeps it until it ends.',
    });
  });

  test.each([
    [
      'set_config()',
      `select set_config('identity.sub', '${BOB}', true), set_config('identity.groups', '{admins}', true)`,
    ],
    ['pg_settings', `update pg_settings set setting = '${BOB}' where name in ('identity.sub', 'session.identity')`],
    ['reading the cursor to its end', `select cursor_to_xml('identity of this transaction', 9, true, false, '')`],
  ])('by %s', async (_, text) => {
    expect((await inject(text)).seen).toEqual(ALICES);
  });

  test.each([['close all'], ['close "identity of this transaction"'], ['commit'], ['savepoint s'], ['set role owner']])(
    'by %s inside a text: only queries run there',
    async (text) => {
      await expect(inject(HIDDEN.query_to_xml(text))).rejects.toMatchObject({
        code: expect.stringMatching(/^(0A000|22000|42P11)$/),
      });
    },
  );

  test.each([`select 1; commit; ${ASSUME_BOB}`, `select 1; close all`])('by a second statement: %s', async (text) => {
    await expect(inject(text)).rejects.toMatchObject({ code: '42601' });
  });

  test('by CLOSE, where it is the whole statement: that makes it nobody', async () => {
    expect((await inject('close all')).seen).toEqual(NOTHING);
  });

  test('by an identity that is left behind: with the transaction it is gone', async () => {
    await inject(`select set_config('identity.sub', '${BOB}', false)`);

    expect(await send(VISIBLE)).toEqual([NOTHING]);
    expect((await inject('select 1')).seen).toEqual(ALICES);
  });

  test('as nobody, in a transaction that has said so', async () => {
    await app.query('begin');
    await app.query('select identity.assume_nobody()');

    await expect(send(ASSUME_BOB)).rejects.toMatchObject({ code: '25001' });
  });
});

describe('the identity of a transaction', () => {
  beforeEach(() => app.query('begin'));
  const assume = (sub: string) => app.query('select identity.assume($1, $2)', [sub, []]);

  test('survives an error behind a savepoint, of a statement that reads it too', async () => {
    await assume(ALICE);
    for (const failing of ['select 1 / 0', 'select 1 / (count(*) - count(*)) from orders', ASSUME_BOB]) {
      await app.query('savepoint s');
      await expect(app.query(failing)).rejects.toThrow();
      await app.query('rollback to s');

      expect(await send(VISIBLE)).toEqual([ALICES]);
    }
  });

  test('taken on behind a savepoint ends when that is rolled back', async () => {
    await app.query('savepoint s');
    await assume(ALICE);
    await app.query('rollback to s');
    expect(await send(VISIBLE)).toEqual([NOTHING]);

    await assume(BOB);
    expect(await send('select id from orders')).toEqual([{ id: BOBS_ORDER }]);
  });

  test.each(['commit', 'rollback'])('ends with %s, and the next transaction takes on its own', async (end) => {
    await assume(ALICE);
    await app.query(end);
    expect(await send(VISIBLE)).toEqual([NOTHING]);

    await app.query('begin');
    await assume(BOB);
    expect(await send('select id from orders')).toEqual([{ id: BOBS_ORDER }]);
  });

  test('holds in a read-only transaction and in a serializable one', async () => {
    for (const mode of ['read only', 'isolation level serializable', 'isolation level repeatable read']) {
      await app.query(`rollback; begin ${mode}`);
      await assume(ALICE);

      expect(await send(VISIBLE)).toEqual([ALICES]);
    }
  });

  test('holds in a scan by parallel workers', async () => {
    await app.query(`select set_config(name, '0', true) from pg_settings
      where name in ('parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size')`);
    await assume(ALICE);

    expect(JSON.stringify(await send('explain select id from orders'))).toContain('Parallel');
    expect(await send('select id from orders')).toEqual([{ id: ALICES_ORDER }]);
  });
});

describe('an injected statement cannot', () => {
  test('switch row-level security off', async () => {
    await expect(inject(`select set_config('row_security', 'off', true)`)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('row-level security'),
    });
  });

  test.each([
    `select set_config('role', 'owner', true)`,
    `select set_config('session_authorization', 'owner', true)`,
    `select set_config('session_replication_role', 'replica', true)`,
    `select set_config('lo_compat_privileges', 'on', true)`,
    `select pg_read_file('/etc/passwd')`,
    `select pg_ls_dir('/')`,
    `select pg_stat_file('/etc/passwd')`,
    `select lo_import('/etc/passwd')`,
    `select lo_export(1, '/tmp/out')`,
    `select pg_reload_conf()`,
    `select * from pg_authid`,
    `select * from pg_statistic`,
    `select * from pg_largeobject`,
    `select * from products`,
    `select * from migrations.applied`,
    `delete from orders`,
  ])('reach what app may not: %s', async (text) => {
    await expect(inject(text)).rejects.toMatchObject({ code: '42501' });
  });

  test.each(['create temporary table orders (id uuid)', 'select * into temporary orders from pg_class'])(
    'put a table in place of a real one: %s',
    async (text) => {
      await expect(inject(text)).rejects.toMatchObject({
        code: '42501',
        message: 'permission denied to create temporary tables in database "app"',
      });
    },
  );

  test('be found before the real table, even where TEMPORARY were granted', async () => {
    await superuser.query('grant temporary on database app to app');
    try {
      await inject('create temporary table orders as select gen_random_uuid() as id');

      expect((await inject('select 1')).seen).toEqual(ALICES);
    } finally {
      await superuser.query('revoke temporary on database app from app');
    }
  });

  test('find a function that reaches other servers, files or programs', async () => {
    const { rows: extensions } = await superuser.query(
      `select extname, has_database_privilege('app', current_database(), 'create') as may_add from pg_extension`,
    );
    const { rows: functions } = await superuser.query(
      `select p.oid::regprocedure::text as name from pg_proc p join pg_language l on l.oid = p.prolang
        where has_function_privilege('app', p.oid, 'execute')
          and (not l.lanpltrusted and p.pronamespace <> 'pg_catalog'::regnamespace
               or p.prosecdef
               or p.proname ~ '^(dblink|pg_read|pg_ls_|pg_stat_file|lo_import|lo_export)')`,
    );

    expect(extensions).toEqual([{ extname: 'plpgsql', may_add: false }]);
    expect(functions).toEqual([]);
  });

  test('read values of other users in the statistics of the planner', async () => {
    expect((await inject(`select * from pg_stats where tablename = 'orders'`)).rows).toEqual([]);
  });
});

describe('an injected statement can', () => {
  test('read every row that its user may read', async () => {
    expect((await inject('select id from orders')).rows).toEqual([{ id: ALICES_ORDER }]);
  });

  test('write every row that its user may write', async () => {
    const text = `with written as (update orders set status = 'CANCELLED' returning id) select id from written`;

    expect((await inject(text)).rows).toEqual([{ id: ALICES_ORDER }]);
  });

  test('learn that a key of another user exists', async () => {
    const text = `insert into orders (id, currency, total_cents) values ('${BOBS_ORDER}', 'EUR', 1)`;

    await expect(inject(text)).rejects.toMatchObject({ code: '23505', constraint: 'orders_pkey' });
  });

  test('learn how many rows a table has, and what policies and functions say', async () => {
    const text = `select reltuples::int as rows, (select count(*)::int > 0 from pg_policies) as policies,
                         prosrc like '%identity of this transaction%' as source
                    from pg_class, pg_proc where relname = 'orders' and proname = 'hold'`;

    expect((await inject(text)).rows).toEqual([{ rows: 2, policies: true, source: true }]);
  });

  test('read which statements other sessions of app run, and no value of theirs; and end those sessions', async () => {
    const other = await connect();
    const ended = new Promise((resolve) => other.once('end', resolve));
    await other.query({ text: 'select $1::text as secret', values: ['their value'] });

    const { rows } = await inject(`select query, pg_terminate_backend(pid) as ended from pg_stat_activity
      where usename = 'app' and pid <> pg_backend_pid() and query like '%as secret%'`);

    expect(rows).toEqual([{ query: 'select $1::text as secret', ended: true }]);
    await ended;
  });

  test.each(['set_config', 'pg_settings', 'a text that is run'])(
    'change a setting for every later caller of the session, by %s',
    async (way) => {
      const setConfig = `select set_config('search_path', 'nowhere', false)`;
      const ways: Record<string, string> = {
        set_config: setConfig,
        pg_settings: `update pg_settings set setting = 'nowhere' where name = 'search_path'`,
        'a text that is run': HIDDEN.query_to_xml(setConfig),
      };
      await app.query('begin');
      await send(ways[way] ?? '');
      await app.query('commit');

      await expect(send('select * from orders')).rejects.toMatchObject({ code: '42P01' });
    },
  );

  test('take its time past the limit of the role, which it may lift', async () => {
    const { rows } = await inject(`select set_config('statement_timeout', '0', false)`);

    expect(rows).toEqual([{ set_config: '0' }]);
    expect(await send('show statement_timeout')).toEqual([{ statement_timeout: '0' }]);
  });

  test('hold a lock until the session ends', async () => {
    await inject('select pg_advisory_lock(1)');

    expect((await superuser.query('select pg_try_advisory_lock(1) as free')).rows).toEqual([{ free: false }]);
  });

  test('send a notification', async () => {
    await superuser.query('listen orders');
    const received = new Promise<pg.Notification>((resolve) => superuser.once('notification', resolve));

    await inject(`select pg_notify('orders', 'forged')`);

    expect(await received).toMatchObject({ channel: 'orders', payload: 'forged' });
  });

  test('keep data in a large object, where another user’s injected statement finds it', async () => {
    const { rows } = await inject(`select lo_from_bytea(0, convert_to(id::text, 'UTF8')) as object from orders`);

    await app.query('begin');
    await app.query('select identity.assume($1, $2)', [BOB, []]);
    expect(await send(`select convert_from(lo_get(${rows[0]?.object}), 'UTF8') as id`)).toEqual([{ id: ALICES_ORDER }]);
    await app.query('rollback');
  });

  test('take on any identity where a statement runs for nobody and nothing said so before', async () => {
    const text = `with bob as materialized (${ASSUME_BOB}) select o.id from bob, lateral (select id from orders) o`;

    expect(await send(text)).toEqual([{ id: BOBS_ORDER }]);
  });
});
