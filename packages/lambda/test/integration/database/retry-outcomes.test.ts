import { describe, expect, test, vi } from 'vitest';
import { Batch } from '../../../src/database/batch.js';
import { DatabaseConflictError } from '../../../src/database/errors.js';
import { ALICE, useCuttableDatabase } from './retries-database.js';

const cuttable = useCuttableDatabase();
const { counted, countNotes, readNothing } = cuttable;

/** As an error of another database, or one that the callback makes up. */
function conflictOfTheCallback(): DatabaseConflictError {
  const cause = Object.assign(new Error('thrown by the callback'), { code: '40001', severity: 'ERROR' });
  return new DatabaseConflictError('thrown by the callback', cause);
}

describe('what a caller learns of the outcome', () => {
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

  test.each([
    ['before ReadyForQuery', 'transaction'],
    ['before ReadyForQuery', 'query'],
    ['with ReadyForQuery', 'transaction'],
    ['with ReadyForQuery', 'query'],
  ] as const)(
    'a connection that is lost after the response to COMMIT, %s, has cost nothing: %s returns the rows',
    async (when, method) => {
      const { runs, run } = counted((transaction) =>
        transaction.queryAndCommit<{ mark: number }>(`${INSERT} returning mark`, [1]),
      );
      await readNothing().run();
      const ready = vi.spyOn(Batch.prototype, 'handleReadyForQuery').mockImplementationOnce(function (
        this: Batch,
        connection?: NodeJS.EventEmitter,
      ) {
        const message = 'terminating connection due to administrator command';
        const fatal = Object.assign(new Error(message), { severity: 'FATAL', code: '57P01' });
        if (when === 'before ReadyForQuery') this.handleError(fatal);
        else {
          this.callback(undefined);
          connection?.emit('errorMessage', fatal);
        }
        cuttable.relay.cut();
      });

      const rows =
        method === 'transaction' ? await run() : await cuttable.database.query(ALICE, `${INSERT} returning mark`, [1]);

      expect(ready).toHaveBeenCalled();
      ready.mockRestore();
      expect(rows).toEqual([{ mark: 1 }]);
      expect(runs.count).toBe(method === 'transaction' ? 1 : 0);
      expect(await countNotes()).toBe(1);
      await readNothing().run();
      expect(cuttable.database.activity).toMatchObject({ connectionsOpened: 2, retries: 0 });
    },
  );

  test('a deadline that passes after COMMIT says that the transaction was committed', async () => {
    const { run } = counted(async (transaction) => {
      await transaction.queryAndCommit(INSERT, [1]);
      await new Promise(() => {});
    });
    await readNothing().run();

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
    await cuttable.superuser.query(`create function lose() returns void language plpgsql as
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
      await cuttable.superuser.query('drop function lose()');
    }
  });

  test('a conflict that a savepoint undid is no reason to retry', async () => {
    await cuttable.superuser.query(`create function lose() returns void language plpgsql as
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
      await cuttable.superuser.query('drop function lose()');
    }
  });

  test('a connection that is lost before COMMIT was sent wrote nothing: even a write is retried, and stored once', async () => {
    const { runs, run } = counted(async (transaction) => {
      await transaction.query(INSERT, [1]);
      if (runs.count === 1) cuttable.relay.cutBeforeNextQuestion();
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
    cuttable.relay.cutBeforeNextAnswer();

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
    cuttable.relay.refuse(true);
    cuttable.relay.cut();

    await expect(readNothing().run({ retry: 'read' })).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      outcomeUnknown: false,
    });
    cuttable.relay.refuse(false);
  });
});
