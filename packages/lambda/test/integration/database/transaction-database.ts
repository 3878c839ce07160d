/** Transactions as a user on real PostgreSQL, through the emulator of RDS Proxy, as the role `app`. */
import { randomUUID } from 'node:crypto';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import type { Transaction } from '../../../src/database/transaction.js';

export const ALICE = { sub: randomUUID(), groups: null };
export const BOB = { sub: randomUUID(), groups: ['readers'] };
export const CAROL = { sub: randomUUID(), groups: ['admins', 'it’s {odd}, "quoted" \\ name'] };

export const INSERT = 'insert into notes (mark) values ($1) returning id';

export const MARKS = 'select mark from notes order by mark';

export const insert =
  (mark: number) =>
  (transaction: Transaction): Promise<unknown> =>
    transaction.queryAndCommit(INSERT, [mark]);

/** Registers the hooks of a test file. Each test has the table notes without a row, and a pool without a connection. */
export function useTransactions() {
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

  async function marksOf(user: typeof BOB | typeof ALICE): Promise<number[]> {
    const rows = await database.transaction(
      user,
      (transaction) => transaction.queryAndCommit<{ mark: number }>(MARKS),
      {
        retry: 'read',
      },
    );
    return rows.map(({ mark }) => mark);
  }

  async function storedMarks(): Promise<number[]> {
    const { rows } = await superuser.query<{ mark: number }>(MARKS);
    return rows.map(({ mark }) => mark);
  }

  return {
    marksOf,
    storedMarks,
    get stack() {
      return stack;
    },
    get superuser() {
      return superuser;
    },
    get database() {
      return database;
    },
  };
}
