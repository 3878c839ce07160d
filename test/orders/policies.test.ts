import { randomUUID } from 'node:crypto';
import { startTestStack, type TestStack, whyNoPostgres } from '@vpc-postgres/local-stack/test-stack.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localApp } from '../../local.config.js';

/** The policies of the migrations by themselves: the role `app` on a direct connection. */
let stack: TestStack;
let superuser: pg.Client;
let app: pg.Client;

const missing = await whyNoPostgres();

beforeAll(async () => {
  if (missing !== undefined) return console.warn(missing);
  stack = await startTestStack(localApp);
  superuser = await stack.connect('postgres');
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});
beforeEach(async ({ skip }) => {
  skip(missing !== undefined, missing);
  await superuser.query('truncate orders cascade');
  await superuser.query(
    `insert into orders (id, customer_sub, currency, total_cents) values ($1, $2, 'EUR', 1), ($3, $4, 'EUR', 2)`,
    [ALICES_ORDER, ALICE, BOBS_ORDER, BOB],
  );
  await superuser.query(
    `insert into order_lines (order_id, customer_sub, line_number, sku, quantity, unit_price_cents)
     values ($1, $2, 1, 'TEA', 1, 1), ($3, $4, 1, 'POT', 1, 2)`,
    [ALICES_ORDER, ALICE, BOBS_ORDER, BOB],
  );
  app = await stack.connect('app');
  await app.query('begin');
});
afterEach(() => app?.end());

/** Of the users who see totals. */
const [GROUP = ''] = localApp.users.flatMap(({ groups }) => groups);
const [ALICE, BOB, ALICES_ORDER, BOBS_ORDER] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];

interface Identity {
  sub: string;
  groups?: string[];
}

async function assume({ sub, groups = [] }: Identity): Promise<void> {
  await app.query('select identity.assume($1, $2)', [sub, groups]);
}

const VISIBLE = `select (select array_agg(id) from orders) as orders, (select array_agg(order_id) from order_lines) as lines,
                        (select array_agg(order_count) from order_totals) as totals`;
const NOTHING = { orders: null, lines: null, totals: null };

describe('what is visible', () => {
  test('nothing without an identity', async () => {
    expect((await app.query(VISIBLE)).rows).toEqual([NOTHING]);
  });

  test('nothing as nobody', async () => {
    await app.query('select identity.assume_nobody()');

    expect((await app.query(VISIBLE)).rows).toEqual([NOTHING]);
  });

  test('nothing as a user without rows', async () => {
    await assume({ sub: randomUUID() });

    expect((await app.query(VISIBLE)).rows).toEqual([NOTHING]);
  });

  test('one’s own orders and lines with one’s own sub, and nobody’s totals', async () => {
    await assume({ sub: ALICE, groups: ['readers'] });

    expect((await app.query(VISIBLE)).rows).toEqual([{ orders: [ALICES_ORDER], lines: [ALICES_ORDER], totals: null }]);
  });

  test('an admin sees the totals of all, and still only their own orders', async () => {
    await assume({ sub: ALICE, groups: ['readers', GROUP] });

    expect((await app.query(VISIBLE)).rows).toEqual([{ orders: [ALICES_ORDER], lines: [ALICES_ORDER], totals: [2] }]);
  });

  test.each([[['Admins']], [['admins ']], [['admin']], [['{admins}']], [['']], [[]]])(
    '%j is not the group that sees totals',
    async (groups) => {
      await assume({ sub: ALICE, groups });

      expect((await app.query('select * from order_totals')).rows).toEqual([]);
    },
  );
});

describe('what can be written', () => {
  test('nothing without an identity', async () => {
    await expect(
      app.query(`insert into orders (customer_sub, currency, total_cents) values ($1, 'EUR', 3)`, [ALICE]),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('no order in another’s name', async () => {
    await assume({ sub: BOB });

    await expect(
      app.query(`insert into orders (customer_sub, currency, total_cents) values ($1, 'EUR', 3)`, [ALICE]),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('no line in another’s order, not even as one’s own', async () => {
    await assume({ sub: BOB });

    await expect(
      app.query(
        `insert into order_lines (order_id, line_number, sku, quantity, unit_price_cents) values ($1, 2, 'X', 1, 1)`,
        [ALICES_ORDER],
      ),
    ).rejects.toMatchObject({ code: '23503', constraint: 'order_lines_of_order' });
  });

  test('no status of another’s order', async () => {
    await assume({ sub: BOB, groups: [GROUP] });

    expect((await app.query(`update orders set status = 'CANCELLED'`)).rowCount).toBe(1);
    await app.query('commit');

    const { rows } = await superuser.query('select status from orders where id = $1', [ALICES_ORDER]);
    expect(rows).toEqual([{ status: 'PLACED' }]);
  });

  test.each([
    'update orders set customer_sub = customer_sub',
    'update orders set total_cents = 0',
    'update order_lines set quantity = 1',
    'delete from orders',
    'delete from order_lines',
    'truncate orders',
    'alter table orders disable row level security',
    'drop policy own_orders on orders',
    'create policy mine on orders using (true)',
    'alter role app bypassrls',
    'set role postgres',
    'set session authorization postgres',
    'create table mine (id int)',
    `create or replace function identity.sub() returns uuid language sql return gen_random_uuid()`,
  ])('not at all: %s', async (sql) => {
    await assume({ sub: ALICE });

    await expect(app.query(sql)).rejects.toMatchObject({ code: '42501' });
  });
});
