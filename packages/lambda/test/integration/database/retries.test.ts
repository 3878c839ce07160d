import { randomUUID } from 'node:crypto';
import { Signer } from '@aws-sdk/rds-signer';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import { startWireRelay, type WireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PooledDatabase, QueryOptions } from '../../../src/database/database.js';
import { DatabaseConflictError } from '../../../src/database/errors.js';
import { RETRY_LIMITS } from '../../../src/database/retry.js';
import type { Transaction } from '../../../src/database/transaction.js';

/** What the database retries by itself, on a wire that is cut at the worst moments. */
let stack: TestStack;
let superuser: pg.Client;
let relay: WireRelay;
let database: PooledDatabase;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
  await createNotes(superuser);
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});
beforeEach(async () => {
  await superuser.query('truncate notes');
  relay = await startWireRelay(stack.access.port);
  database = await connectDatabase(stack, { port: relay.port });
});
afterEach(async () => {
  await database.end();
  await relay.stop();
});

const ALICE = { sub: randomUUID(), groups: null };

/** Counts how often the work ran. */
function counted<Result>(work: (transaction: Transaction) => Promise<Result>) {
  const runs = { count: 0 };
  const run = ({ signal, ...options }: QueryOptions & { signal?: AbortSignal } = {}) =>
    database.transaction(
      { ...ALICE, signal },
      (transaction) => {
        runs.count += 1;
        return work(transaction);
      },
      options,
    );
  return { runs, run };
}

const readNothing = () => counted((transaction) => transaction.queryAndCommit<{ n: number }>('select 1 as n'));
const insertKeyed = (key: string | null = null) =>
  counted((transaction) =>
    transaction.queryAndCommit<{ id: string }>(
      `insert into notes (mark, idempotency_key) values (1, $1)
       on conflict on constraint notes_idempotency_key_once do nothing returning id`,
      [key],
    ),
  );

async function countNotes(): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from notes');
  return rows[0]?.count ?? Number.NaN;
}

describe('a connection that is lost', () => {
  test.each(['cutBeforeNextQuestion', 'cutBeforeNextAnswer'] as const)(
    'while reading (%s): the work is done again on a new one',
    async (cut) => {
      const { runs, run } = readNothing();
      await run({ retry: 'read' });

      relay[cut]();

      expect(await run({ retry: 'read' })).toEqual([{ n: 1 }]);
      expect(runs.count).toBe(3);
      expect(database.activity).toMatchObject({ retries: 1, connectionsOpened: 2 });
    },
  );

  test('before anything was sent: a write is done again too', async () => {
    const { runs, run } = insertKeyed();
    relay.cutBeforeNextAnswer();

    await run();

    expect(runs.count).toBe(1);
    expect(database.activity.retries).toBe(1);
    expect(await countNotes()).toBe(1);
  });

  test('while idle: the next write has a new one, and nothing to repeat', async () => {
    const { runs, run } = insertKeyed();
    await run();

    relay.cut();
    await run();

    expect(runs.count).toBe(2);
    expect(database.activity).toMatchObject({ retries: 0, connectionsOpened: 2 });
    expect(await countNotes()).toBe(2);
  });

  test.each([
    ['cutBeforeNextQuestion', 0],
    ['cutBeforeNextAnswer', 1],
  ] as const)(
    'in a write (%s): nobody can know whether it took effect; the caller is told, once',
    async (cut, written) => {
      const { runs, run } = insertKeyed();
      await readNothing().run();

      relay[cut]();

      await expect(run()).rejects.toMatchObject({ name: 'DatabaseUnavailableError', outcomeUnknown: true });
      expect(runs.count).toBe(1);
      await expect.poll(countNotes).toBe(written);
    },
  );

  test.each(['cutBeforeNextQuestion', 'cutBeforeNextAnswer'] as const)(
    'in a write that carries an idempotency key (%s): it is done again, and takes effect once',
    async (cut) => {
      const { runs, run } = insertKeyed('note-1');
      await readNothing().run();

      relay[cut]();

      await run({ retry: 'idempotent' });
      expect(runs.count).toBe(2);
      expect(await countNotes()).toBe(1);
    },
  );

  test('twice in a row: the caller is told', async () => {
    const { run } = readNothing();
    relay.refuse(true);

    await expect(run({ retry: 'read' })).rejects.toMatchObject({ name: 'DatabaseUnavailableError' });

    expect(database.activity.retries).toBe(RETRY_LIMITS.lostConnection);
    relay.refuse(false);
    expect(await run({ retry: 'read' })).toEqual([{ n: 1 }]);
  });

  test('after the deadline: nothing is done again', async () => {
    const { runs, run } = counted((transaction) => transaction.query('select pg_sleep(0.2)'));

    await expect(run({ retry: 'read', signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'DatabaseTimeoutError',
    });

    expect(runs.count).toBe(1);
  });

  test('in a write that took effect, and the login to do it again is refused: nobody can know; the caller is told so', async () => {
    const { host: hostname, port, user: username, region, credentials } = stack.access;
    const signer = new Signer({ hostname, port, username, region, credentials });
    let logins = 0;
    const expiring = await connectDatabase(stack, {
      port: relay.port,
      password: async () => {
        logins += 1;
        return logins === 1 ? signer.getAuthToken() : 'no token';
      },
    });
    await expiring.queryAsNobody('select 1');
    relay.cutBeforeNextAnswer();

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

  test('because the login is refused: nothing is done again', async () => {
    const stranger = await connectDatabase(stack, { password: async () => 'no token' });

    await expect(stranger.transaction(ALICE, async () => {})).rejects.toMatchObject({ name: 'DatabaseAccessError' });

    expect(stranger.activity.retries).toBe(0);
    await stranger.end();
  });
});

describe('a transaction that loses against another', () => {
  let other: PooledDatabase;
  beforeEach(async () => {
    other = await connectDatabase(stack);
  });
  afterEach(() => other.end());

  test('by a deadlock is done again, and both take effect', async () => {
    const ids = await database.transaction(ALICE, (transaction) =>
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

    expect(await Promise.all([cross(database, 0), cross(other, 1)])).toEqual(['committed', 'committed']);

    // More than once where the loser is back before the winner has gone on.
    expect(database.activity.retries + other.activity.retries).toBeGreaterThanOrEqual(1);
  });

  test('by a serialization failure is done again, on what the other wrote', async () => {
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

    expect((await Promise.all([addHigher(database), addHigher(other)])).toSorted()).toEqual([1, 2]);

    expect(database.activity.retries + other.activity.retries).toBe(1);
  });

  test('every time is given up after a few', async () => {
    await superuser.query(`create or replace function always_lose() returns void language plpgsql as
      $$ begin raise 'lost again' using errcode = 'serialization_failure'; end $$`);
    const { runs, run } = counted((transaction) => transaction.queryAndCommit('select always_lose()'));

    await expect(run()).rejects.toMatchObject({ name: 'DatabaseConflictError', sqlState: '40001' });

    expect(runs.count).toBe(1 + RETRY_LIMITS.conflict);
    expect(database.activity).toMatchObject({ retries: RETRY_LIMITS.conflict, connectionsOpened: 1 });
    await superuser.query('drop function always_lose()');
  });

  test('by waiting too long for a lock has waited enough, and is not done again', async () => {
    const [note] = await insertKeyed().run();
    await superuser.query("alter role app set lock_timeout = '100ms'");
    // The role's settings are for connections to come.
    await stack.proxy.applyFault({ fault: 'failover', pauseMillis: 0 });
    await superuser.query('begin');
    await superuser.query('select from notes where id = $1 for update', [note?.id]);
    try {
      const impatient = await connectDatabase(stack);
      const outcome = impatient.transaction(ALICE, (transaction) =>
        transaction.queryAndCommit('update notes set done = true'),
      );

      await expect(outcome).rejects.toMatchObject({ name: 'DatabaseConflictError', sqlState: '55P03' });
      expect(impatient.activity.retries).toBe(0);
      await impatient.end();
    } finally {
      await superuser.query('rollback');
      await superuser.query("alter role app set lock_timeout = '5s'");
    }
  });
});

/** As an error of another database, or one that the callback makes up. */
function conflictOfTheCallback(): DatabaseConflictError {
  const cause = Object.assign(new Error('thrown by the callback'), { code: '40001', severity: 'ERROR' });
  return new DatabaseConflictError('thrown by the callback', cause);
}

describe('what a caller is told of the outcome', () => {
  const INSERT = 'insert into notes (mark) values ($1)';

  test('an error that the callback throws after COMMIT is not retried, and says that the transaction was committed', async () => {
    const lost = conflictOfTheCallback();
    const { runs, run } = counted(async (transaction) => {
      await transaction.queryAndCommit(INSERT, [1]);
      throw lost;
    });

    await expect(run()).rejects.toMatchObject({ name: 'CommittedError', cause: lost });
    expect(runs.count).toBe(1);
    expect(await countNotes()).toBe(1);
  });

  test('a deadline that passes after COMMIT says that the transaction was committed', async () => {
    const { run } = counted(async (transaction) => {
      await transaction.queryAndCommit(INSERT, [1]);
      await new Promise(() => {});
    });

    await expect(run({ signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      name: 'CommittedError',
      cause: expect.objectContaining({ name: 'DatabaseTimeoutError' }),
    });
    expect(await countNotes()).toBe(1);
  });

  test('an error that only looks like a conflict is not retried: this transaction lost against none', async () => {
    const { runs, run } = counted(async (transaction) => {
      await transaction.query(INSERT, [1]);
      throw conflictOfTheCallback();
    });

    await expect(run()).rejects.toMatchObject({ name: 'DatabaseConflictError' });
    expect(runs.count).toBe(1);
    expect(await countNotes()).toBe(0);
  });

  test('a conflict that the callback turns into an error of its own is retried: the transaction was lost', async () => {
    await superuser.query(`create function lose() returns void language plpgsql as
      $$ begin raise 'lost' using errcode = 'serialization_failure'; end $$`);
    try {
      const { runs, run } = counted(async (transaction) => {
        if (runs.count > 1) return transaction.query(INSERT, [1]);
        return transaction.query('select lose()').catch((cause: unknown) => {
          throw new Error('of the callback', { cause });
        });
      });

      await run();

      expect(runs.count).toBe(2);
      expect(await countNotes()).toBe(1);
    } finally {
      await superuser.query('drop function lose()');
    }
  });

  test('a conflict that a savepoint undid is no reason to retry', async () => {
    await superuser.query(`create function lose() returns void language plpgsql as
      $$ begin raise 'lost' using errcode = 'deadlock_detected'; end $$`);
    try {
      const mine = new Error('of the callback');
      const { runs, run } = counted(async (transaction) => {
        await transaction.query('savepoint before');
        await transaction.query('select lose()').catch(() => {});
        await transaction.query('rollback to savepoint before');
        throw mine;
      });

      await expect(run()).rejects.toBe(mine);
      expect(runs.count).toBe(1);
    } finally {
      await superuser.query('drop function lose()');
    }
  });

  test('a connection that is lost before COMMIT was sent wrote nothing: even a write is retried, and stored once', async () => {
    const { runs, run } = counted(async (transaction) => {
      await transaction.query(INSERT, [1]);
      if (runs.count === 1) relay.cutBeforeNextQuestion();
      await transaction.query('select 1');
    });

    await run();

    expect(runs.count).toBe(2);
    expect(await countNotes()).toBe(1);
  });

  test('after an outcome that is unknown, the retry’s constraint violation does not say that nothing was written', async () => {
    const { runs, run } = counted((transaction) =>
      transaction.queryAndCommit("insert into notes (mark, idempotency_key) values (1, 'note-1')"),
    );
    await readNothing().run();
    relay.cutBeforeNextAnswer();

    await expect(run({ retry: 'idempotent' })).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      sqlState: '23505',
      outcomeUnknown: true,
      cause: expect.objectContaining({ name: 'ConstraintViolationError' }),
    });
    expect(runs.count).toBe(2);
    expect(await countNotes()).toBe(1);
  });

  test('a deadline that passes while COMMIT is under way leaves the outcome unknown', async () => {
    const { run } = counted((transaction) =>
      transaction.queryAndCommit('insert into notes (mark) select 1 from pg_sleep(0.4)'),
    );

    await expect(run({ signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
      name: 'DatabaseTimeoutError',
      outcomeUnknown: true,
    });
    await expect.poll(countNotes).toBe(1);
  });

  test('a read has no outcome that could be unknown', async () => {
    await readNothing().run();
    relay.refuse(true);
    relay.cut();

    await expect(readNothing().run({ retry: 'read' })).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      outcomeUnknown: false,
    });
    relay.refuse(false);
  });
});
