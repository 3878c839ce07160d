/** Ways to read as a user. Each runs as the role app, whom the policies hold. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@vpc-postgres/lambda/database/database.js';
import { PAUSE_MILLIS, READ_ROWS } from './load.js';

/** A client of node-postgres, or PGlite itself. */
export interface Querier {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

interface Row extends Record<string, unknown> {
  customer_sub: string;
}

export async function byWithUser(database: Database, user: string): Promise<string[]> {
  return database.transaction(
    { sub: user, groups: null },
    async (transaction) => {
      await transaction.query('select 1');
      await delay(PAUSE_MILLIS);
      return ownersOf(await transaction.queryAndCommit<Row>(READ_ROWS));
    },
    { retry: 'read' },
  );
}

/** The usual statements: the identity lasts until the transaction ends. */
export async function byTransaction(querier: Querier, user: string): Promise<string[]> {
  await querier.query('begin');
  try {
    await querier.query("select set_config('load.user', $1, true)", [user]);
    await delay(PAUSE_MILLIS);
    const { rows } = await querier.query(READ_ROWS);
    await querier.query('commit');
    return ownersOf(rows as Row[]);
  } catch (error) {
    await querier.query('rollback').catch(() => {});
    throw error;
  }
}

/** The identity lasts as long as the session. Safe where each client has a session of its own, and uses it for one user. */
export async function bySession(querier: Querier, user: string): Promise<string[]> {
  await querier.query("select set_config('load.user', $1, false)", [user]);
  await delay(PAUSE_MILLIS);
  const { rows } = await querier.query(READ_ROWS);
  return ownersOf(rows as Row[]);
}

function ownersOf(rows: readonly Row[]): string[] {
  return rows.map((row) => row.customer_sub);
}
