/**
 * Injects statements as docs/row-level-security.md describes them, into PostgreSQL itself: the statement is the attacker's from its
 * first to its last character, and no filter of the client has looked at it.
 */
import { randomUUID } from 'node:crypto';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

export const [ALICE, BOB, ALICES_ORDER, BOBS_ORDER] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
export const VISIBLE =
  'select (select array_agg(id) from orders) as orders, (select count(*)::int from order_totals) as totals';
export const ALICES = { orders: [ALICES_ORDER], totals: 0 };
export const NOTHING = { orders: null, totals: 0 };

/** Runs a text as SQL from inside a SELECT, where no reader of the statement sees what it is. */
export const HIDDEN = {
  query_to_xml: (text: string) => `select query_to_xml(${pg.escapeLiteral(text)}, true, false, '')`,
  ts_stat: (text: string) => `select * from ts_stat(${pg.escapeLiteral(`select to_tsvector((${text})::text)`)})`,
};
export const ASSUME_BOB = `select identity.assume('${BOB}', '{admins}')`;

/** Registers the hooks of a test file. Alice and Bob have an order each, and each test has a session of the role app. */
export function useInjection() {
  let stack: TestStack;
  let superuser: pg.Client;
  let app: pg.Client;

  beforeAll(async () => {
    stack = await startTestStack();
    superuser = await stack.connectSuperuser();
    await superuser.query(
      `insert into orders (id, customer_sub, currency, total_cents) values ($1, $2, 'EUR', 1), ($3, $4, 'EUR', 2)`,
      [ALICES_ORDER, ALICE, BOBS_ORDER, BOB],
    );
    await superuser.query('analyze orders');
  });
  afterAll(async () => {
    await superuser?.end();
    await stack?.stop();
  });
  beforeEach(async () => {
    app = await connect();
  });
  afterEach(() => app.end());

  /** A session of the role app, past the proxy: what it leaves behind is still there for the next caller. */
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ host: stack.postgres.socketDirectory, user: 'app', database: 'app' });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** By the extended protocol, as packages/lambda/src/database sends it. */
  async function send(text: string): Promise<Record<string, unknown>[]> {
    const { rows } = await app.query({ text, values: [], queryMode: 'extended' } as pg.QueryConfig);
    return rows;
  }

  /** Injected into a transaction of Alice's. @returns its rows, and what the next statement of that transaction sees */
  async function inject(text: string): Promise<{ rows: Record<string, unknown>[]; seen: Record<string, unknown> }> {
    await app.query('begin');
    try {
      await app.query('select identity.assume($1, $2)', [ALICE, []]);
      const rows = await send(text);
      const [seen = {}] = await send(VISIBLE);
      await app.query('commit');
      return { rows, seen };
    } catch (error) {
      await app.query('rollback');
      throw error;
    }
  }

  return {
    connect,
    send,
    inject,
    get superuser() {
      return superuser;
    },
    get app() {
      return app;
    },
  };
}
