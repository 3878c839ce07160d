import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { ALICES, ALICES_ORDER, ASSUME_BOB, BOB, BOBS_ORDER, HIDDEN, useInjection } from './injected-statements.js';

const injection = useInjection();
const { connect, inject, send } = injection;

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
    await injection.superuser.query('grant temporary on database app to app');
    try {
      await inject('create temporary table orders as select gen_random_uuid() as id');

      expect((await inject('select 1')).seen).toEqual(ALICES);
    } finally {
      await injection.superuser.query('revoke temporary on database app from app');
    }
  });

  test('find a function that reaches other servers, files or programs', async () => {
    const { rows: extensions } = await injection.superuser.query(
      `select extname, has_database_privilege('app', current_database(), 'create') as may_add from pg_extension`,
    );
    const { rows: functions } = await injection.superuser.query(
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
      await injection.app.query('begin');
      await send(ways[way] ?? '');
      await injection.app.query('commit');

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

    expect((await injection.superuser.query('select pg_try_advisory_lock(1) as free')).rows).toEqual([{ free: false }]);
  });

  test('send a notification', async () => {
    await injection.superuser.query('listen orders');
    const received = new Promise<pg.Notification>((resolve) => injection.superuser.once('notification', resolve));

    await inject(`select pg_notify('orders', 'forged')`);

    expect(await received).toMatchObject({ channel: 'orders', payload: 'forged' });
  });

  test('keep data in a large object, where another user’s injected statement finds it', async () => {
    const { rows } = await inject(`select lo_from_bytea(0, convert_to(id::text, 'UTF8')) as object from orders`);

    await injection.app.query('begin');
    await injection.app.query('select identity.assume($1, $2)', [BOB, []]);
    expect(await send(`select convert_from(lo_get(${rows[0]?.object}), 'UTF8') as id`)).toEqual([{ id: ALICES_ORDER }]);
    await injection.app.query('rollback');
  });

  test('take on any identity where a statement runs for nobody and nothing said so before', async () => {
    const text = `with bob as materialized (${ASSUME_BOB}) select o.id from bob, lateral (select id from orders) o`;

    expect(await send(text)).toEqual([{ id: BOBS_ORDER }]);
  });
});
