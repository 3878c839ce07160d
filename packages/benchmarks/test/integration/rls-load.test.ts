import { randomUUID } from 'node:crypto';
import type { PooledDatabase } from '@vpc-postgres/lambda/database/database.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INSERT_ROWS, POLICY_BY_SETTING, runLoad } from '../../src/rls-load/load.js';
import { bySession, byTransaction, byWithUser } from '../../src/rls-load/ways.js';

/** The benchmark rls-load finds nothing wrong with ours. Here it looks at what is wrong, on the same database. */
const USERS = Array.from({ length: 4 }, () => randomUUID());
const LOAD = { users: USERS, reads: 3 };
const ALL = USERS.length * LOAD.reads;

let stack: TestStack;
let database: PooledDatabase;
/** One session of the role app, past the proxy. */
let shared: pg.Client;

beforeAll(async () => {
  stack = await startTestStack();
  const superuser = await stack.connectSuperuser();
  await superuser.query(INSERT_ROWS, [USERS]);
  await superuser.query(POLICY_BY_SETTING);
  await superuser.end();
  database = await connectDatabase(stack);
  shared = new pg.Client({ host: stack.postgres.socketDirectory, user: 'app', database: 'app' });
  await shared.connect();
});
afterAll(async () => {
  await shared?.end();
  await database?.end();
  await stack?.stop();
});

describe.runIf(exhaustive)('the load of the benchmark rls-load', () => {
  test('counts every read as the own rows’ where each transaction has a connection to itself', async () => {
    expect(await runLoad((user) => byWithUser(database, user), LOAD)).toMatchObject({ own: ALL, foreign: 0 });
  });

  test('sees the rows of another user where users share one session', async () => {
    const { own, foreign } = await runLoad((user) => bySession(shared, user), LOAD);
    expect(foreign).toBeGreaterThan(0);
    expect(own + foreign).toBe(ALL);
  });

  test('sees the rows of another user where transactions overlap in one session', async () => {
    const { foreign } = await runLoad((user) => byTransaction(shared, user), LOAD);
    expect(foreign).toBeGreaterThan(0);
  });

  test('a response with a row too few counts as incomplete, and one with a row of another user as foreign', async () => {
    const [user = '', other = ''] = USERS;
    const judgedAs = async (owners: string[]) => {
      const counts = await runLoad(async () => owners, { users: [user], reads: 1 });
      return Object.entries(counts).flatMap(([name, count]) => (count === 1 ? [name] : []));
    };
    expect(await judgedAs([user, user])).toEqual(['own']);
    expect(await judgedAs([user])).toEqual(['incomplete']);
    expect(await judgedAs([])).toEqual(['incomplete']);
    expect(await judgedAs([user, other])).toEqual(['foreign']);
    expect(await judgedAs([other])).toEqual(['foreign']);
  });

  test('goes on after a read that fails, and keeps the reason of the first', async () => {
    let reads = 0;
    const failSecond = async (user: string) => {
      reads += 1;
      if (reads === 2) throw new Error('the connection was lost');
      return [user, user];
    };
    expect(await runLoad(failSecond, { users: USERS.slice(0, 1), reads: 3 })).toMatchObject({
      own: 2,
      failed: 1,
      firstFailure: 'the connection was lost',
    });
  });
});
