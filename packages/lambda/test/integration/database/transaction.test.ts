import { randomUUID } from 'node:crypto';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import type { Transaction } from '../../../src/database/transaction.js';

/** Transactions as a user on real PostgreSQL, through the emulator of RDS Proxy, as the role `app`. */
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

const ALICE = { sub: randomUUID(), groups: null };
const BOB = { sub: randomUUID(), groups: ['readers'] };
const CAROL = { sub: randomUUID(), groups: ['admins', 'it’s {odd}, "quoted" \\ name'] };

const INSERT = 'insert into notes (mark) values ($1) returning id';
const MARKS = 'select mark from notes order by mark';

const insert =
  (mark: number) =>
  (transaction: Transaction): Promise<unknown> =>
    transaction.queryAndCommit(INSERT, [mark]);

async function marksOf(user: typeof BOB | typeof ALICE): Promise<number[]> {
  const rows = await database.transaction(user, (transaction) => transaction.queryAndCommit<{ mark: number }>(MARKS), {
    retry: 'read',
  });
  return rows.map(({ mark }) => mark);
}

async function storedMarks(): Promise<number[]> {
  const { rows } = await superuser.query<{ mark: number }>(MARKS);
  return rows.map(({ mark }) => mark);
}

/** Whom the next borrower of the connection would be taken for. */
async function whoIsLeftBehind() {
  const [row] = await database.queryAsNobody<Record<string, unknown>>(
    `select sub, groups, current_setting('role') as role, current_setting('search_path') as search_path
       from identity.caller()`,
  );
  return row;
}
const NOBODY = { sub: null, groups: null, role: 'none', search_path: '"$user", public, pg_temp' };

describe('whose rows', () => {
  test('a user reads and writes their own rows, which the SQL need not say', async () => {
    await database.transaction(ALICE, insert(1));
    await database.transaction(BOB, insert(2));

    expect(await marksOf(ALICE)).toEqual([1]);
    expect(await marksOf(BOB)).toEqual([2]);
    expect(await marksOf(CAROL)).toEqual([]);
  });

  test('a user changes no row of another, and writes none in another’s name', async () => {
    await database.transaction(ALICE, insert(1));

    const changed = await database.transaction(BOB, (transaction) =>
      transaction.queryAndCommit('update notes set done = true returning id'),
    );
    const forged = database.transaction(BOB, (transaction) =>
      transaction.queryAndCommit('insert into notes (owner_sub, mark) values ($1, 5)', [ALICE.sub]),
    );

    expect(changed).toEqual([]);
    await expect(forged).rejects.toMatchObject({ name: 'DatabaseAccessError', sqlState: '42501' });
    expect(await storedMarks()).toEqual([1]);
  });

  test('queryAsNobody returns no rows of users', async () => {
    await database.transaction(ALICE, insert(1));

    expect(await database.queryAsNobody(MARKS)).toEqual([]);
  });

  test.each([ALICE, BOB, CAROL])('policies see the sub and the groups as they are: %j', async (user) => {
    const [seen] = await database.transaction(user, (transaction) =>
      transaction.queryAndCommit(
        `select identity.sub() as sub, (identity.caller()).groups as groups,
                identity.is_in_group('admins') as admin, identity.is_in_group('it’s {odd}, "quoted" \\ name') as odd`,
      ),
    );

    const isAdmin = user === CAROL;
    expect(seen).toEqual({ sub: user.sub, groups: user.groups ?? [], admin: isAdmin, odd: isAdmin });
  });

  test('no other claim stands in for sub', async () => {
    await database.transaction(BOB, insert(2));
    const claims = { sub: BOB.sub, username: BOB.sub, 'cognito:username': BOB.sub, 'custom:sub': BOB.sub };

    expect(await marksOf({ ...ALICE, ...{ claims, userId: BOB.sub, username: BOB.sub } })).toEqual([]);
  });
});

describe('an identity that is none', () => {
  test.each([
    undefined,
    null,
    'alice',
    {},
    { sub: undefined, groups: null },
    { sub: null, groups: null },
    { sub: '', groups: null },
    { sub: 'alice', groups: null },
    { sub: `${ALICE.sub} `, groups: null },
    { sub: [ALICE.sub], groups: null },
    { sub: `${ALICE.sub}' or true --`, groups: null },
    { groups: ['admins'], claims: { sub: ALICE.sub } },
    { sub: ALICE.sub, groups: 'admins' },
    { sub: ALICE.sub, groups: [null] },
    { sub: ALICE.sub, groups: [''] },
    { sub: ALICE.sub, groups: [['admins']] },
    { sub: ALICE.sub, groups: ['x'.repeat(129)] },
    { sub: ALICE.sub, groups: ['a\0b'] },
  ])('is refused before anything is sent: %j', async (identity) => {
    const outcome = database.transaction(identity as unknown as typeof ALICE, insert(1));

    await expect(outcome).rejects.toMatchObject({ name: 'InvalidIdentityError' });
    await expect(outcome).rejects.not.toThrow(/admins|alice/);
    expect(database.activity).toMatchObject({ connectionsOpened: 0, statements: 0 });
  });
});

describe('nothing outlives the transaction', () => {
  const failures: Record<string, () => Promise<unknown>> = {
    'work that succeeds': () => database.transaction(CAROL, insert(1)),
    'work that reads': () => marksOf(CAROL),
    'work of two statements': () =>
      database.transaction(CAROL, async (transaction) => {
        await transaction.query(INSERT, [1]);
        await transaction.query(INSERT, [2]);
      }),
    'work that throws': () =>
      database.transaction(CAROL, async (transaction) => {
        await transaction.query(INSERT, [1]);
        throw new Error('thrown by the work');
      }),
    'work that throws before its first statement': () =>
      database.transaction(CAROL, async () => {
        throw new Error('thrown by the work');
      }),
    'a statement that fails': () =>
      database.transaction(CAROL, (transaction) => transaction.queryAndCommit('select 1 / 0')),
    'a statement that does not parse': () => database.transaction(CAROL, (transaction) => transaction.query('selec')),
    'a statement that PostgreSQL cancels': () =>
      database.transaction(CAROL, (transaction) =>
        transaction.query('select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)'),
      ),
    'a deadline that passes': () =>
      database.transaction({ ...CAROL, signal: AbortSignal.timeout(50) }, (transaction) =>
        transaction.query('select pg_sleep(1)'),
      ),
    'work that does not wait for its statement': () =>
      database.transaction(CAROL, async (transaction) => void transaction.query('select pg_sleep(0.1)')),
  };

  test.each(Object.keys(failures))('after %s, the next caller is nobody', async (name) => {
    await failures[name]?.().catch(() => {});

    expect(await whoIsLeftBehind()).toEqual(NOBODY);
  });

  test.each([
    'set role postgres',
    'set search_path to pg_temp',
    'reset all',
    'set local role postgres',
    'commit',
    'end',
    'rollback',
    'abort',
    'begin',
    'start transaction',
    "prepare transaction 'x'",
    'prepare p as select 1',
    'execute p',
    'deallocate all',
    'discard all',
    'listen x',
    'declare c cursor with hold for select 1',
    "do $$ begin perform set_config('search_path', 'x', false); end $$",
    'call p()',
    "load 'auto_explain'",
    'create temp table t (id int)',
    'copy notes to stdout',
    'select 1 into temp leak',
    "update pg_settings set setting = 'x' where name = 'search_path'",
    "select set_config('search_path', 'x', false)",
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_lock_shared(1)',
    '/* select */ set role postgres',
    '/* /* nested */ */ commit',
    '-- select\nset role postgres',
    ';set role postgres',
    '',
    '   ',
  ])('refuses to send %j', async (text) => {
    const outcome = database.transaction(CAROL, (transaction) => transaction.query(text));

    await expect(outcome).rejects.toMatchObject({ name: 'StatementNotPermittedError' });
    expect(database.activity.statements).toBe(0);
    expect(await whoIsLeftBehind()).toEqual(NOBODY);
  });

  test.each(['select 1; commit', 'select 1; set role postgres', 'select 1; begin'])(
    'PostgreSQL takes one statement at a time: %j',
    async (text) => {
      const outcome = database.transaction(CAROL, (transaction) => transaction.query(text));

      await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '42601' });
      expect(await whoIsLeftBehind()).toEqual(NOBODY);
    },
  );

  test.each([
    'select 1',
    '(select 1) union select 2',
    '/* note */ select 1',
    '-- note\nselect 1',
    'values (1)',
    'with one as (select 1) table one',
    'savepoint here',
    'delete from notes where false',
    'lock notes in share mode',
    'explain (costs off) select 1',
    'notify channel',
    'rollback work to savepoint here',
  ])('sends %j', async (text) => {
    const outcome = database.transaction(CAROL, (transaction) => transaction.query(text));

    // Whether the role may, and the savepoint exists, is for PostgreSQL to say.
    if (/^(delete|lock)/.test(text)) await expect(outcome).rejects.toMatchObject({ sqlState: '42501' });
    else if (text.startsWith('rollback')) await expect(outcome).rejects.toMatchObject({ sqlState: '3B001' });
    else await outcome;
  });
});

describe('what a caller is told', () => {
  test('work that throws has written nothing, and the caller gets what it threw', async () => {
    const mine = new Error('thrown by the work');

    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      throw mine;
    });

    await expect(outcome).rejects.toBe(mine);
    expect(await storedMarks()).toEqual([]);
    expect(database.activity.connectionsOpened).toBe(1);
  });

  test('when the work swallows an SQL error, the caller hears of it: there was no commit', async () => {
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query('select 1 / 0').catch(() => 'swallowed');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '22012' });
    expect(await storedMarks()).toEqual([]);
  });

  test('nor can the error of the last statement be swallowed', async () => {
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.queryAndCommit('select 1 / 0').catch(() => 'swallowed');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ sqlState: '22012' });
    expect(await storedMarks()).toEqual([]);
  });

  test('nor that of a statement that nobody waited for', async () => {
    const outcome = database.transaction(ALICE, async (transaction) => {
      void transaction.query(INSERT, [1]);
      void transaction.query('select 1 / 0');
      return 'done';
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError' });
    expect(await storedMarks()).toEqual([]);
  });

  test('an error behind a savepoint is the work’s to mend', async () => {
    const result = await database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query('savepoint before');
      await transaction.query('select 1 / 0').catch(() => 'swallowed');
      await transaction.query('rollback to savepoint before');
      return 'done';
    });

    expect(result).toBe('done');
    expect(await storedMarks()).toEqual([1]);
  });

  test('a constraint that is checked at COMMIT', async () => {
    await superuser.query(`create or replace function fail() returns trigger language plpgsql as
      $$ begin raise 'late' using errcode = 'check_violation', constraint = 'late_check'; end $$`);
    await superuser.query(`create constraint trigger late after insert on notes
      deferrable initially deferred for each row execute function fail()`);
    try {
      for (const work of [insert(1), (transaction: Transaction) => transaction.query(INSERT, [1])]) {
        await expect(database.transaction(ALICE, work)).rejects.toMatchObject({
          name: 'ConstraintViolationError',
          constraint: 'late_check',
        });
      }
    } finally {
      await superuser.query('drop trigger late on notes');
      await superuser.query('drop function fail()');
    }
    expect(await storedMarks()).toEqual([]);
  });

  test('read-only work cannot write', async () => {
    const outcome = database.transaction(ALICE, insert(1), { retry: 'read' });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError', sqlState: '25006' });
    expect(await storedMarks()).toEqual([]);
  });

  test('nothing can follow the last statement', async () => {
    const outcome = database.transaction(ALICE, async (transaction) => {
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
    await database.transaction(ALICE, async (transaction) => {
      kept = transaction;
      await transaction.query('select 1');
    });

    await expect(kept?.query(INSERT, [1])).rejects.toThrow('had ended');
    expect(await storedMarks()).toEqual([]);
  });

  test('statements that do not wait for each other run in order', async () => {
    const results = await database.transaction(ALICE, (transaction) =>
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
        await database.transaction(
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
    const outcome = database.transaction({ ...ALICE, signal: AbortSignal.timeout(100) }, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query('select pg_sleep(1)');
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    expect(await marksOf(ALICE)).toEqual([]);
    expect(database.activity.connectionsOpened).toBe(2);
  });

  test('ends work that waits for something else', async () => {
    const outcome = database.transaction({ ...ALICE, signal: AbortSignal.timeout(50) }, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await new Promise(() => {});
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    expect(await marksOf(ALICE)).toEqual([]);
  });

  test('that has passed already lets nothing be sent', async () => {
    const late = { ...ALICE, signal: AbortSignal.abort() };
    await expect(database.transaction(late, insert(1))).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    expect(await storedMarks()).toEqual([]);
  });

  test('ends the wait for a connection that another holds, and gives it to the next', async () => {
    const holder = database.transaction(ALICE, (transaction) => transaction.query('select pg_sleep(0.3)'));
    const waiter = database.transaction({ ...ALICE, signal: AbortSignal.timeout(20) }, insert(1));

    await expect(waiter).rejects.toMatchObject({ name: 'DatabaseTimeoutError' });
    await holder;
    await database.transaction(ALICE, insert(2));
    expect(await storedMarks()).toEqual([2]);
    expect(database.activity.connectionsOpened).toBe(1);
  });
});

test('only the work’s own statements and rows are counted', async () => {
  await database.transaction(ALICE, insert(1));
  await marksOf(ALICE);

  expect(database.activity).toMatchObject({ statements: 2, rows: 2, retries: 0, connectionsOpened: 1 });
});

test('RDS Proxy is given no reason to pin', async () => {
  stack.proxy.forgetPins();

  await database.transaction(ALICE, insert(1));
  await marksOf(CAROL);

  expect(stack.proxy.pins()).toEqual([]);
});
