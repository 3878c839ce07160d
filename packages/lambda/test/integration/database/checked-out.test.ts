import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import type { Transaction } from '../../../src/database/transaction.js';

/** What a callback of database.transaction can do wrong with the connection that it has. */
let stack: TestStack;
let superuser: pg.Client;
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
  database = await connectDatabase(stack);
});
afterEach(() => database.end());

const ALICE = { sub: randomUUID(), groups: ['admins'] };
const BOB = { sub: randomUUID(), groups: null };
const INSERT = 'insert into notes (mark) values ($1)';
const WHO = `select identity.sub() as sub, identity.is_in_group('admins') as admin`;

async function storedMarks(): Promise<number[]> {
  const { rows } = await superuser.query<{ mark: number }>('select mark from notes order by mark');
  return rows.map(({ mark }) => mark);
}

/** Collects what late statements end with, as a test's own unhandled rejections. */
function forgetting(transaction: Transaction, marks: readonly number[], delayMillis: number): Promise<unknown>[] {
  const endings: Promise<unknown>[] = [];
  marks.forEach((mark) => {
    const late = async () => {
      await sleep(delayMillis);
      await transaction.query(INSERT, [mark]);
    };
    endings.push(late().catch((error: unknown) => error));
  });
  return endings;
}

describe('a connection is taken back when the callback ends', () => {
  test('a forgotten await does not act in the next user’s transaction, and the error names the cause', async () => {
    let endings: Promise<unknown>[] = [];
    await database.transaction(ALICE, async (transaction) => {
      endings = forgetting(transaction, [1, 2], 30);
      return 'saved';
    });

    const seen = await database.transaction(BOB, async (transaction) => {
      const before = await transaction.query(WHO);
      await sleep(60);
      return [before, await transaction.query(WHO)];
    });

    expect(seen).toEqual([[{ sub: BOB.sub, admin: false }], [{ sub: BOB.sub, admin: false }]]);
    for (const ending of await Promise.all(endings)) {
      expect(ending).toMatchObject({ name: 'TransactionEndedError' });
      expect(String(ending)).toMatch(/its callback had returned.*Await every query/);
    }
    expect(await storedMarks()).toEqual([]);
  });

  test('after a throw too', async () => {
    let endings: Promise<unknown>[] = [];
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [0]);
      endings = forgetting(transaction, [1], 10);
      throw new Error('thrown by the callback');
    });

    await expect(outcome).rejects.toThrow('thrown by the callback');
    expect(await Promise.all(endings)).toMatchObject([{ name: 'TransactionEndedError' }]);
    expect(await storedMarks()).toEqual([]);
  });

  test('a statement that waits behind another when the callback throws is not sent', async () => {
    let second: Promise<unknown> | undefined;
    const outcome = database.transaction(ALICE, async (transaction) => {
      void transaction.query('select pg_sleep(0.05)');
      second = transaction.queryAndCommit(INSERT, [1]);
      second.catch(() => {});
      throw new Error('thrown by the callback');
    });

    await expect(outcome).rejects.toThrow('thrown by the callback');
    await expect(second).rejects.toMatchObject({ name: 'TransactionEndedError' });
    expect(await storedMarks()).toEqual([]);
  });

  test('a statement that is not awaited and fails is the transaction’s failure, with its SQLSTATE', async () => {
    for (const method of ['query', 'queryAndCommit'] as const) {
      const outcome = database.transaction(ALICE, async (transaction) => {
        await transaction.query(INSERT, [1]);
        void transaction[method]('select 1 / 0');
        return 'saved';
      });

      await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '22012' });
    }
    expect(await storedMarks()).toEqual([]);
  });

  test.each([
    ['not permitted', 'select set_config($1, $1, false)', ['x']],
    ['impossible to send', 'select $1', [{ amount: 1n }]],
  ])('a statement that is %s and swallowed keeps the transaction from its commit', async (_, text, values) => {
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query(text, values).catch(() => {});
      await transaction.queryAndCommit(INSERT, [2]).catch(() => {});
      return 'saved';
    });

    await expect(outcome).rejects.toMatchObject({
      name: expect.stringMatching(/^(StatementNotPermittedError|DatabaseStatementError)$/),
    });
    expect(await storedMarks()).toEqual([]);
    expect(database.activity.connectionsOpened).toBe(1);
  });
});

describe('a callback that calls the database', () => {
  const nested: Record<string, () => Promise<unknown>> = {
    query: () => database.query(BOB, 'select 1'),
    transaction: () => database.transaction(BOB, async () => {}),
    queryAsNobody: () => database.queryAsNobody('select 1'),
  };
  test.each(Object.keys(nested))('whose only connection it holds fails at once: %s', async (method) => {
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await Promise.resolve().then(nested[method]);
    });

    await expect(outcome).rejects.toMatchObject({ name: 'NestedTransactionError' });
    await expect(outcome).rejects.toThrow(`database.${method} was called in the callback`);
    expect(await storedMarks()).toEqual([]);
    expect(await database.query(ALICE, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  test('of another pool is not kept from it', async () => {
    const other = await connectDatabase(stack);

    const rows = await database.transaction(ALICE, async () => other.query(BOB, WHO));

    expect(rows).toEqual([{ sub: BOB.sub, admin: false }]);
    await other.end();
  });

  test('after its transaction has ended is not kept from it', async () => {
    let later: Promise<unknown> = Promise.resolve();
    let end: (value?: unknown) => void = () => {};
    const hasEnded = new Promise((resolve) => {
      end = resolve;
    });
    await database.transaction(ALICE, async (transaction) => {
      later = hasEnded.then(() => database.query(ALICE, 'select 1 as n'));
      await transaction.query(INSERT, [1]);
    });

    end();
    expect(await later).toEqual([{ n: 1 }]);
  });

  test('beside it, and not in it, waits its turn', async () => {
    const slow = database.transaction(ALICE, (transaction) => transaction.query('select pg_sleep(0.05)'));

    expect(await database.query(BOB, WHO)).toEqual([{ sub: BOB.sub, admin: false }]);
    await slow;
  });
});

test('work that never ends keeps no connection that PostgreSQL has ended', async () => {
  const [backend] = await database.queryAsNobody<{ pid: number }>('select pg_backend_pid() as pid');
  let reachedTheEnd: (value?: unknown) => void = () => {};
  const atTheEnd = new Promise((resolve) => {
    reachedTheEnd = resolve;
  });
  const endless = database.transaction(
    ALICE,
    async (transaction) => {
      await transaction.query(INSERT, [1]);
      reachedTheEnd();
      await new Promise(() => {});
    },
    { retry: 'never' },
  );
  endless.catch(() => {});
  await atTheEnd;

  // As idle_in_transaction_session_timeout does. The second attempt ends likewise.
  const endBackends = () =>
    superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app' and state = 'idle in transaction'`,
    );
  await expect
    .poll(async () => {
      await endBackends();
      return Promise.race([endless.catch((error: Error) => error.name), sleep(20, 'still waiting')]);
    })
    .toBe('DatabaseUnavailableError');

  expect(backend?.pid).toBeTypeOf('number');
  expect(await database.query(BOB, WHO)).toEqual([{ sub: BOB.sub, admin: false }]);
  expect(await storedMarks()).toEqual([]);
});
