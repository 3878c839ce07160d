import { describe, expect, test } from 'vitest';
import { ALICE, BOB, CAROL, INSERT, insert, MARKS, useTransactions } from './transaction-database.js';

const transactions = useTransactions();
const { marksOf, storedMarks } = transactions;

/** Whom the next borrower of the connection would be taken for. */
async function whoIsLeftBehind() {
  const [row] = await transactions.database.queryAsNobody<Record<string, unknown>>(
    `select sub, groups, current_setting('role') as role, current_setting('search_path') as search_path
       from identity.caller()`,
  );
  return row;
}
const NOBODY = { sub: null, groups: null, role: 'none', search_path: '"$user", public, pg_temp' };

describe('the rows of a user', () => {
  test('a user reads and writes their own rows, which the SQL need not say', async () => {
    await transactions.database.transaction(ALICE, insert(1));
    await transactions.database.transaction(BOB, insert(2));

    expect(await marksOf(ALICE)).toEqual([1]);
    expect(await marksOf(BOB)).toEqual([2]);
    expect(await marksOf(CAROL)).toEqual([]);
  });

  test('a user changes no row of another, and writes none in another’s name', async () => {
    await transactions.database.transaction(ALICE, insert(1));

    const changed = await transactions.database.transaction(BOB, (transaction) =>
      transaction.queryAndCommit('update notes set done = true returning id'),
    );
    const forged = transactions.database.transaction(BOB, (transaction) =>
      transaction.queryAndCommit('insert into notes (owner_sub, mark) values ($1, 5)', [ALICE.sub]),
    );

    expect(changed).toEqual([]);
    await expect(forged).rejects.toMatchObject({ name: 'DatabaseAccessError', sqlState: '42501' });
    expect(await storedMarks()).toEqual([1]);
  });

  test('queryAsNobody returns no rows of users', async () => {
    await transactions.database.transaction(ALICE, insert(1));

    expect(await transactions.database.queryAsNobody(MARKS)).toEqual([]);
  });

  test.each([ALICE, BOB, CAROL])('policies see the sub and the groups as they are: %j', async (user) => {
    const [seen] = await transactions.database.transaction(user, (transaction) =>
      transaction.queryAndCommit(
        `select identity.sub() as sub, (identity.caller()).groups as groups,
                identity.is_in_group('admins') as admin, identity.is_in_group('it’s {odd}, "quoted" \\ name') as odd`,
      ),
    );

    const isAdmin = user === CAROL;
    expect(seen).toEqual({ sub: user.sub, groups: user.groups ?? [], admin: isAdmin, odd: isAdmin });
  });

  test('no other claim stands in for sub', async () => {
    await transactions.database.transaction(BOB, insert(2));
    const claims = { sub: BOB.sub, username: BOB.sub, 'cognito:username': BOB.sub, 'custom:sub': BOB.sub };

    expect(await marksOf({ ...ALICE, ...{ claims, userId: BOB.sub, username: BOB.sub } })).toEqual([]);
  });
});

describe('an invalid identity', () => {
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
    const outcome = transactions.database.transaction(identity as unknown as typeof ALICE, insert(1));

    await expect(outcome).rejects.toMatchObject({ name: 'InvalidIdentityError' });
    await expect(outcome).rejects.not.toThrow(/admins|alice/);
    expect(transactions.database.activity).toMatchObject({ connectionsOpened: 0, statements: 0 });
  });
});

describe('nothing outlives the transaction', () => {
  const failures: Record<string, () => Promise<unknown>> = {
    'work that succeeds': () => transactions.database.transaction(CAROL, insert(1)),
    'work that reads': () => marksOf(CAROL),
    'work of two statements': () =>
      transactions.database.transaction(CAROL, async (transaction) => {
        await transaction.query(INSERT, [1]);
        await transaction.query(INSERT, [2]);
      }),
    'work that throws': () =>
      transactions.database.transaction(CAROL, async (transaction) => {
        await transaction.query(INSERT, [1]);
        throw new Error('thrown by the work');
      }),
    'work that throws before its first statement': () =>
      transactions.database.transaction(CAROL, async () => {
        throw new Error('thrown by the work');
      }),
    'a statement that fails': () =>
      transactions.database.transaction(CAROL, (transaction) => transaction.queryAndCommit('select 1 / 0')),
    'a statement that does not parse': () =>
      transactions.database.transaction(CAROL, (transaction) => transaction.query('selec')),
    'a statement that PostgreSQL cancels': () =>
      transactions.database.transaction(CAROL, (transaction) =>
        transaction.query('select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)'),
      ),
    'a deadline that passes': () =>
      transactions.database.transaction({ ...CAROL, signal: AbortSignal.timeout(50) }, (transaction) =>
        transaction.query('select pg_sleep(1)'),
      ),
    'work that does not wait for its statement': () =>
      transactions.database.transaction(CAROL, async (transaction) => void transaction.query('select pg_sleep(0.1)')),
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
    const outcome = transactions.database.transaction(CAROL, (transaction) => transaction.query(text));

    await expect(outcome).rejects.toMatchObject({ name: 'StatementNotPermittedError' });
    expect(transactions.database.activity.statements).toBe(0);
    expect(await whoIsLeftBehind()).toEqual(NOBODY);
  });

  test.each(['select 1; commit', 'select 1; set role postgres', 'select 1; begin'])(
    'PostgreSQL takes one statement at a time: %j',
    async (text) => {
      const outcome = transactions.database.transaction(CAROL, (transaction) => transaction.query(text));

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
    const outcome = transactions.database.transaction(CAROL, (transaction) => transaction.query(text));

    // Whether the role may, and the savepoint exists, is for PostgreSQL to say.
    if (/^(delete|lock)/.test(text)) await expect(outcome).rejects.toMatchObject({ sqlState: '42501' });
    else if (text.startsWith('rollback')) await expect(outcome).rejects.toMatchObject({ sqlState: '3B001' });
    else await outcome;
  });
});
