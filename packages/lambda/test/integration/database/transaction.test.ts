import { describe, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import type { Transaction } from '../../../src/database/transaction.js';
import { ALICE, CAROL, INSERT, insert, useTransactions } from './transaction-database.js';

const transactions = useTransactions();
const { marksOf, storedMarks } = transactions;

describe('the outcome of a transaction', () => {
  test('work that throws has written nothing, and the caller gets what it threw', async () => {
    const mine = new Error('thrown by the work');

    const outcome = transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      throw mine;
    });

    await expect(outcome).rejects.toBe(mine);
    expect(await storedMarks()).toEqual([]);
    expect(transactions.database.activity.connectionsOpened).toBe(1);
  });

  test('when the work swallows an SQL error, the caller hears of it: there was no commit', async () => {
    const outcome = transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query('select 1 / 0').catch(() => 'swallowed');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '22012' });
    expect(await storedMarks()).toEqual([]);
  });

  test('an error of the last statement fails the transaction, although the callback swallows it', async () => {
    const outcome = transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.queryAndCommit('select 1 / 0').catch(() => 'swallowed');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ sqlState: '22012' });
    expect(await storedMarks()).toEqual([]);
  });

  test('an error of a statement that is not awaited fails the transaction', async () => {
    const outcome = transactions.database.transaction(ALICE, async (transaction) => {
      void transaction.query(INSERT, [1]);
      void transaction.query('select 1 / 0');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError' });
    expect(await storedMarks()).toEqual([]);
  });

  test('an error behind a savepoint fails nothing when the callback rolls back to the savepoint', async () => {
    const result = await transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query('savepoint before');
      await transaction.query('select 1 / 0').catch(() => 'swallowed');
      await transaction.query('rollback to savepoint before');
      return 'done';
    });

    expect(result).toBe('done');
    expect(await storedMarks()).toEqual([1]);
  });

  test('a constraint that is checked at COMMIT fails the transaction', async () => {
    await transactions.superuser.query(`create or replace function fail() returns trigger language plpgsql as
      $$ begin raise 'late' using errcode = 'check_violation', constraint = 'late_check'; end $$`);
    await transactions.superuser.query(`create constraint trigger late after insert on notes
      deferrable initially deferred for each row execute function fail()`);
    try {
      for (const work of [insert(1), (transaction: Transaction) => transaction.query(INSERT, [1])]) {
        await expect(transactions.database.transaction(ALICE, work)).rejects.toMatchObject({
          name: 'ConstraintViolationError',
          constraint: 'late_check',
        });
      }
    } finally {
      await transactions.superuser.query('drop trigger late on notes');
      await transactions.superuser.query('drop function fail()');
    }
    expect(await storedMarks()).toEqual([]);
  });

  test('read-only work cannot write', async () => {
    const outcome = transactions.database.transaction(ALICE, insert(1), { retry: 'read' });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '25006' });
    expect(await storedMarks()).toEqual([]);
  });

  test('nothing can follow the last statement', async () => {
    const outcome = transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.queryAndCommit(INSERT, [1]);
      await transaction.query(INSERT, [2]);
    });

    await expect(outcome).rejects.toMatchObject({
      name: 'CommittedError',
      cause: expect.objectContaining({ message: expect.stringContaining('queryAndCommit had been called before it') }),
    });
    expect(await storedMarks()).toEqual([1]);
  });

  test('a transaction that has ended takes nothing more', async () => {
    let kept: Transaction | undefined;
    await transactions.database.transaction(ALICE, async (transaction) => {
      kept = transaction;
      await transaction.query('select 1');
    });

    await expect(kept?.query(INSERT, [1])).rejects.toThrow('had ended');
    expect(await storedMarks()).toEqual([]);
  });

  test('statements that do not wait for each other run in order', async () => {
    const results = await transactions.database.transaction(ALICE, (transaction) =>
      Promise.all([
        transaction.query('select 1 as n'),
        transaction.query(INSERT, [7]),
        transaction.queryAndCommit<{ n: number }>('select mark as n from notes'),
      ]),
    );

    expect([results[0], results[2]]).toEqual([[{ n: 1 }], [{ n: 7 }]]);
  });

  test('the isolation level is the one asked for', async () => {
    const levelOf = async (options: Parameters<PooledDatabase['transaction']>[2]) =>
      (
        await transactions.database.transaction(
          ALICE,
          (transaction) => transaction.queryAndCommit(`select current_setting('transaction_isolation') as level`),
          options,
        )
      )[0];

    expect(await levelOf({})).toEqual({ level: 'read committed' });
    expect(await levelOf({ isolation: 'repeatable read' })).toEqual({ level: 'repeatable read' });
    expect(await levelOf({ isolation: 'serializable', retry: 'read' })).toEqual({ level: 'serializable' });
  });
});

describe('a deadline', () => {
  test('ends a statement early and closes its connection; the next caller has a new one', async () => {
    const outcome = transactions.database.transaction(
      { ...ALICE, signal: AbortSignal.timeout(100) },
      async (transaction) => {
        await transaction.query(INSERT, [1]);
        await transaction.query('select pg_sleep(1)');
      },
    );

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    expect(await marksOf(ALICE)).toEqual([]);
    expect(transactions.database.activity.connectionsOpened).toBe(2);
  });

  test('ends work that waits for something else', async () => {
    const outcome = transactions.database.transaction(
      { ...ALICE, signal: AbortSignal.timeout(50) },
      async (transaction) => {
        await transaction.query(INSERT, [1]);
        await new Promise(() => {});
      },
    );

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    expect(await marksOf(ALICE)).toEqual([]);
  });

  test('that has passed already lets nothing be sent', async () => {
    const late = { ...ALICE, signal: AbortSignal.abort() };
    await expect(transactions.database.transaction(late, insert(1))).rejects.toMatchObject({
      name: 'DatabaseTimeoutError',
    });
    expect(await storedMarks()).toEqual([]);
  });

  test('ends the wait for a connection that another holds, and gives it to the next', async () => {
    const holder = transactions.database.transaction(ALICE, (transaction) => transaction.query('select pg_sleep(0.3)'));
    const waiter = transactions.database.transaction({ ...ALICE, signal: AbortSignal.timeout(20) }, insert(1));

    await expect(waiter).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    await holder;
    await transactions.database.transaction(ALICE, insert(2));
    expect(await storedMarks()).toEqual([2]);
    expect(transactions.database.activity.connectionsOpened).toBe(1);
  });
});

test('only the work’s own statements and rows are counted', async () => {
  await transactions.database.transaction(ALICE, insert(1));
  await marksOf(ALICE);

  expect(transactions.database.activity).toMatchObject({ statements: 2, rows: 2, retries: 0, connectionsOpened: 1 });
});

test('RDS Proxy is given no reason to pin', async () => {
  transactions.stack.proxy.forgetPins();

  await transactions.database.transaction(ALICE, insert(1));
  await marksOf(CAROL);

  expect(transactions.stack.proxy.pins()).toEqual([]);
});
