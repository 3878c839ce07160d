import { Signer } from '@aws-sdk/rds-signer';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import { RETRY_LIMITS } from '../../../src/database/retry.js';
import { ALICE, useCuttableDatabase } from './retries-database.js';

const cuttable = useCuttableDatabase();
const { counted, countNotes, insertKeyed, readNothing } = cuttable;

describe('a connection that is lost', () => {
  test.each(['cutBeforeNextQuestion', 'cutBeforeNextAnswer'] as const)(
    'while reading (%s): the work is retried on a new one',
    async (cut) => {
      const { runs, run } = readNothing();
      await run({ retry: 'read' });

      cuttable.relay[cut]();

      expect(await run({ retry: 'read' })).toEqual([{ n: 1 }]);
      expect(runs.count).toBe(3);
      expect(cuttable.database.activity).toMatchObject({ retries: 1, connectionsOpened: 2 });
    },
  );

  test('before anything was sent: a write is retried too', async () => {
    const { runs, run } = insertKeyed();
    cuttable.relay.cutBeforeNextAnswer();

    await run();

    expect(runs.count).toBe(1);
    expect(cuttable.database.activity.retries).toBe(1);
    expect(await countNotes()).toBe(1);
  });

  test('while idle: the next write has a new one, and nothing to repeat', async () => {
    const { runs, run } = insertKeyed();
    await run();

    cuttable.relay.cut();
    await run();

    expect(runs.count).toBe(2);
    expect(cuttable.database.activity).toMatchObject({ retries: 0, connectionsOpened: 2 });
    expect(await countNotes()).toBe(2);
  });

  test.each([
    ['cutBeforeNextQuestion', 0],
    ['cutBeforeNextAnswer', 1],
  ] as const)('in a write (%s): the outcome is unknown; the caller gets that error, once', async (cut, written) => {
    const { runs, run } = insertKeyed();
    await readNothing().run();

    cuttable.relay[cut]();

    await expect(run()).rejects.toMatchObject({ name: 'DatabaseUnavailableError', outcomeUnknown: true });
    expect(runs.count).toBe(1);
    await expect.poll(countNotes).toBe(written);
  });

  test.each(['cutBeforeNextQuestion', 'cutBeforeNextAnswer'] as const)(
    'in a write that carries an idempotency key (%s): it is retried, and takes effect once',
    async (cut) => {
      const { runs, run } = insertKeyed('note-1');
      await readNothing().run();

      cuttable.relay[cut]();

      await run({ retry: 'idempotent' });
      expect(runs.count).toBe(2);
      expect(await countNotes()).toBe(1);
    },
  );

  test('twice in a row: the caller gets an error', async () => {
    const { run } = readNothing();
    cuttable.relay.refuse(true);

    await expect(run({ retry: 'read' })).rejects.toMatchObject({ name: 'DatabaseUnavailableError' });

    expect(cuttable.database.activity.retries).toBe(RETRY_LIMITS.lostConnection);
    cuttable.relay.refuse(false);
    expect(await run({ retry: 'read' })).toEqual([{ n: 1 }]);
  });

  test('after the deadline: nothing is retried', async () => {
    const { runs, run } = counted((transaction) => transaction.query('select pg_sleep(0.2)'));
    await readNothing().run();

    await expect(run({ retry: 'read', signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'DatabaseTimeoutError',
    });

    expect(runs.count).toBe(1);
  });

  test('in a write that took effect, and the login for the retry is refused: the caller gets the error that the outcome is unknown', async () => {
    const { host: hostname, port, user: username, region, credentials } = cuttable.stack.access;
    const signer = new Signer({ hostname, port, username, region, credentials });
    let logins = 0;
    const expiring = await connectDatabase(cuttable.stack, {
      port: cuttable.relay.port,
      password: async () => {
        logins += 1;
        return logins === 1 ? signer.getAuthToken() : 'no token';
      },
    });
    await expiring.queryAsNobody('select 1');
    cuttable.relay.cutBeforeNextAnswer();

    const outcome = expiring.transaction(
      ALICE,
      (transaction) => transaction.queryAndCommit("insert into notes (mark, idempotency_key) values (1, 'note-1')"),
      { retry: 'idempotent' },
    );

    await expect(outcome).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      sqlState: '28P01',
      outcomeUnknown: true,
    });
    await expect.poll(countNotes).toBe(1);
    await expiring.end();
  });

  test('because the login is refused: nothing is retried', async () => {
    const stranger = await connectDatabase(cuttable.stack, { password: async () => 'no token' });

    await expect(stranger.transaction(ALICE, async () => {})).rejects.toMatchObject({ name: 'DatabaseAccessError' });

    expect(stranger.activity.retries).toBe(0);
    await stranger.end();
  });
});

describe('a transaction that loses against another', () => {
  let other: PooledDatabase;
  beforeEach(async () => {
    other = await connectDatabase(cuttable.stack);
  });
  afterEach(() => other.end());

  test('by a deadlock is retried, and both take effect', async () => {
    const ids = await cuttable.database.transaction(ALICE, (transaction) =>
      transaction.queryAndCommit<{ id: string }>('insert into notes (mark) values (1), (2) returning id'),
    );
    const finish = 'update notes set done = true where id = $1';
    let waiting = 0;
    let meet = () => {};
    const bothHoldOne = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const cross = (which: PooledDatabase, first: number) =>
      which.transaction(ALICE, async (transaction) => {
        await transaction.query(finish, [ids[first]?.id]);
        waiting += 1;
        if (waiting === 2) meet();
        await bothHoldOne;
        await transaction.queryAndCommit(finish, [ids[1 - first]?.id]);
        return 'committed';
      });

    expect(await Promise.all([cross(cuttable.database, 0), cross(other, 1)])).toEqual(['committed', 'committed']);

    // More than once where the loser is back before the winner has gone on.
    expect(cuttable.database.activity.retries + other.activity.retries).toBeGreaterThanOrEqual(1);
  });

  test('by a serialization failure is retried, on what the other wrote', async () => {
    let waiting = 0;
    let meet = () => {};
    const bothHaveRead = new Promise<void>((resolve) => {
      meet = resolve;
    });
    /** One note marked higher than the highest. */
    const addHigher = (which: PooledDatabase) =>
      which.transaction(
        ALICE,
        async (transaction) => {
          const [highest] = await transaction.query<{ mark: number }>(
            'select coalesce(max(mark), 0) as mark from notes',
          );
          waiting += 1;
          if (waiting === 2) meet();
          await bothHaveRead;
          const mark = (highest?.mark ?? Number.NaN) + 1;
          await transaction.queryAndCommit('insert into notes (mark) values ($1)', [mark]);
          return mark;
        },
        { isolation: 'serializable' },
      );

    expect((await Promise.all([addHigher(cuttable.database), addHigher(other)])).toSorted()).toEqual([1, 2]);

    expect(cuttable.database.activity.retries + other.activity.retries).toBe(1);
  });

  test('every time is given up after a few', async () => {
    await cuttable.superuser.query(`create or replace function always_lose() returns void language plpgsql as
      $$ begin raise 'lost again' using errcode = 'serialization_failure'; end $$`);
    const { runs, run } = counted((transaction) => transaction.queryAndCommit('select always_lose()'));

    await expect(run()).rejects.toMatchObject({ name: 'DatabaseConflictError', sqlState: '40001' });

    expect(runs.count).toBe(1 + RETRY_LIMITS.conflict);
    expect(cuttable.database.activity).toMatchObject({ retries: RETRY_LIMITS.conflict, connectionsOpened: 1 });
    await cuttable.superuser.query('drop function always_lose()');
  });

  test('by exceeding lock_timeout is not retried', async () => {
    const [note] = await insertKeyed().run();
    await cuttable.superuser.query("alter role app set lock_timeout = '100ms'");
    // The role's settings are for connections to come.
    await cuttable.stack.proxy.applyFault({ fault: 'failover', pauseMillis: 0 });
    await cuttable.superuser.query('begin');
    await cuttable.superuser.query('select from notes where id = $1 for update', [note?.id]);
    try {
      const impatient = await connectDatabase(cuttable.stack);
      const outcome = impatient.transaction(ALICE, (transaction) =>
        transaction.queryAndCommit('update notes set done = true'),
      );

      await expect(outcome).rejects.toMatchObject({ name: 'DatabaseConflictError', sqlState: '55P03' });
      expect(impatient.activity.retries).toBe(0);
      await impatient.end();
    } finally {
      await cuttable.superuser.query('rollback');
      await cuttable.superuser.query("alter role app set lock_timeout = '5s'");
    }
  });
});
