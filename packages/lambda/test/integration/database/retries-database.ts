/** A database whose wire can be cut at the worst moments, and callbacks that count how often they run. */
import { randomUUID } from 'node:crypto';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import { startWireRelay, type WireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { PooledDatabase, QueryOptions } from '../../../src/database/database.js';
import type { Transaction } from '../../../src/database/transaction.js';

export const ALICE = { sub: randomUUID(), groups: null };

/** Registers the hooks of a test file. Each test has the table notes without a row, and a wire and a pool of its own. */
export function useCuttableDatabase() {
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

  return {
    counted,
    readNothing,
    insertKeyed,
    countNotes,
    get stack() {
      return stack;
    },
    get superuser() {
      return superuser;
    },
    get relay() {
      return relay;
    },
    get database() {
      return database;
    },
  };
}
