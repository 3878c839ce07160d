import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { describe, expect, test } from 'vitest';
import { CUP, TEA, useMigratedDatabase } from './migrated-database.js';

const migrated = useMigratedDatabase();
const { refusalOf, run } = migrated;

describe('several runs at once', () => {
  test('eight of them apply each file once', async () => {
    const files = { ...TEA, '0002-slow.sql': 'create table slow (id int); select pg_sleep(0.3)', ...CUP };

    const results = await Promise.all(Array.from({ length: 8 }, () => run(files)));

    expect(results.flatMap(({ applied }) => applied)).toEqual(Object.keys(files));
  });

  test.runIf(exhaustive)(
    'eight of them with an index that is built concurrently do not wait for each other for ever',
    async () => {
      const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_id on tea (id)' };

      const results = await Promise.all(Array.from({ length: 8 }, () => run(files)));

      expect(results.flatMap(({ applied }) => applied)).toEqual(Object.keys(files));
    },
  );

  test('one that waits in vain says who holds the lock, and how to end it', async () => {
    const holder = await migrated.cluster.connect(migrated.database);
    await holder.query("set application_name = 'deployment of alice'; select pg_advisory_lock(7236115902)");
    const { rows } = await holder.query('select pg_backend_pid() as pid');

    expect(await refusalOf(TEA, { lockWaitMillis: 300 })).toBe(
      'MigrationError: Waited 0.3 s for another run of the migrations, and applied nothing. The lock is held by process ' +
        `${rows[0].pid} of PostgreSQL, user migrator, application "deployment of alice". Try again when it is done; ` +
        `if nobody is behind it any more, end it: select pg_terminate_backend(${rows[0].pid})`,
    );
    await holder.end();
  });

  test('a run in another database does not count', async () => {
    const other = await migrated.cluster.connect(await migrated.cluster.createDatabase());
    await other.query('select pg_advisory_lock(7236115902)');

    expect((await run(TEA, { lockWaitMillis: 0 })).applied).toEqual(['0001-tea.sql']);
    await other.end();
  });
});

test.runIf(exhaustive)(
  'a table that somebody else has locked is not waited for longer than the role allows',
  async () => {
    await run(TEA);
    const migrator = await migrated.cluster.connect(migrated.database, 'postgres');
    await migrator.query("alter role migrator set lock_timeout = '200ms'; begin; lock table tea");

    const message = await refusalOf({ ...TEA, '0002-size.sql': 'alter table tea add size int' });

    await migrator.query("rollback; alter role migrator set lock_timeout = '5s'");
    await migrator.end();
    expect(message).toContain('0002-size.sql:1:1: canceling statement due to lock timeout (55P03)');
    expect(message).toContain('Somebody else holds a lock on the table for longer than lock_timeout');
  },
);
