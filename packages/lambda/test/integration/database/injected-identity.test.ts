import { beforeEach, describe, expect, test } from 'vitest';
import {
  ALICE,
  ALICES,
  ALICES_ORDER,
  ASSUME_BOB,
  BOB,
  BOBS_ORDER,
  HIDDEN,
  NOTHING,
  useInjection,
  VISIBLE,
} from './injected-statements.js';

const injection = useInjection();
const { inject, send } = injection;

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
    await injection.app.query('begin');
    await injection.app.query('select identity.assume_nobody()');

    await expect(send(ASSUME_BOB)).rejects.toMatchObject({ code: '25001' });
  });
});

describe('the identity of a transaction', () => {
  beforeEach(() => injection.app.query('begin'));
  const assume = (sub: string) => injection.app.query('select identity.assume($1, $2)', [sub, []]);

  test('survives an error behind a savepoint, of a statement that reads it too', async () => {
    await assume(ALICE);
    for (const failing of ['select 1 / 0', 'select 1 / (count(*) - count(*)) from orders', ASSUME_BOB]) {
      await injection.app.query('savepoint s');
      await expect(injection.app.query(failing)).rejects.toThrow();
      await injection.app.query('rollback to s');

      expect(await send(VISIBLE)).toEqual([ALICES]);
    }
  });

  test('taken on behind a savepoint ends when that is rolled back', async () => {
    await injection.app.query('savepoint s');
    await assume(ALICE);
    await injection.app.query('rollback to s');
    expect(await send(VISIBLE)).toEqual([NOTHING]);

    await assume(BOB);
    expect(await send('select id from orders')).toEqual([{ id: BOBS_ORDER }]);
  });

  test.each(['commit', 'rollback'])('ends with %s, and the next transaction takes on its own', async (end) => {
    await assume(ALICE);
    await injection.app.query(end);
    expect(await send(VISIBLE)).toEqual([NOTHING]);

    await injection.app.query('begin');
    await assume(BOB);
    expect(await send('select id from orders')).toEqual([{ id: BOBS_ORDER }]);
  });

  test('holds in a read-only transaction and in a serializable one', async () => {
    for (const mode of ['read only', 'isolation level serializable', 'isolation level repeatable read']) {
      await injection.app.query(`rollback; begin ${mode}`);
      await assume(ALICE);

      expect(await send(VISIBLE)).toEqual([ALICES]);
    }
  });

  test('holds in a scan by parallel workers', async () => {
    await injection.app.query(`select set_config(name, '0', true) from pg_settings
      where name in ('parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size')`);
    await assume(ALICE);

    expect(JSON.stringify(await send('explain select id from orders'))).toContain('Parallel');
    expect(await send('select id from orders')).toEqual([{ id: ALICES_ORDER }]);
  });
});
