/** Statements that Kysely and Drizzle compile, as published, run as the user in one round trip. They only compile here. */
import { eq } from 'drizzle-orm';
import { boolean, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pg-proxy';
import {
  type CompiledQuery,
  DummyDriver,
  type Generated,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import type { QueryResultRow } from 'pg';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { CompiledStatement } from '../../../src/database/compiled-statement.js';
import { ALICE, BOB, useTransactions } from './transaction-database.js';

declare module '../../../src/database/compiled-statement.js' {
  interface RowTypes<Query> {
    kysely: Query extends CompiledQuery<infer Row> ? Row : never;
  }
}

interface NotesTable {
  id: Generated<string>;
  mark: number;
  done: Generated<boolean>;
  idempotency_key: string | null;
}

/** A query that is executed by mistake would otherwise answer that there are no rows. */
class CompileOnly extends DummyDriver {
  override acquireConnection(): Promise<never> {
    return Promise.reject(new Error('compiles only'));
  }
}

const kysely = new Kysely<{ notes: NotesTable }>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new CompileOnly(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

const notes = pgTable('notes', {
  id: uuid().primaryKey().defaultRandom(),
  mark: integer().notNull(),
  done: boolean().notNull().default(false),
  idempotencyKey: text('idempotency_key'),
});
const builder = drizzle(() => {
  throw new Error('compiles only');
});

const transactions = useTransactions();

interface Builder {
  insert(mark: number): CompiledStatement;
  select(): CompiledStatement;
  finish(mark: number): CompiledStatement;
  raw(): CompiledStatement;
}

const BUILDERS: readonly (readonly [string, Builder])[] = [
  [
    'Kysely',
    {
      insert: (mark) => kysely.insertInto('notes').values({ mark }).returning('mark').compile(),
      select: () => kysely.selectFrom('notes').select(['mark', 'done']).orderBy('mark').compile(),
      finish: (mark) => kysely.updateTable('notes').set({ done: true }).where('mark', '=', mark).compile(),
      raw: () => sql`set role owner`.compile(kysely),
    },
  ],
  [
    'Drizzle',
    {
      insert: (mark) => builder.insert(notes).values({ mark }).returning({ mark: notes.mark }).toSQL(),
      select: () => builder.select({ mark: notes.mark, done: notes.done }).from(notes).orderBy(notes.mark).toSQL(),
      finish: (mark) => builder.update(notes).set({ done: true }).where(eq(notes.mark, mark)).toSQL(),
      raw: () => ({ sql: 'set role owner', params: [] }),
    },
  ],
];

describe.each(BUILDERS)('what %s compiles', (_, { insert, select, finish, raw }) => {
  test('runs as the user, who finds no row of another', async () => {
    expect(await transactions.database.query(ALICE, insert(1))).toEqual([{ mark: 1 }]);
    await transactions.database.query(BOB, insert(2));

    expect(await transactions.database.query(ALICE, select())).toEqual([{ mark: 1, done: false }]);
    expect(await transactions.database.queryAsNobody(select())).toEqual([]);
  });

  test('runs in a transaction, and with its COMMIT', async () => {
    const rows = await transactions.database.transaction(ALICE, async (transaction) => {
      await transaction.query(insert(1));
      await transaction.query(insert(2));
      await transaction.query(finish(2));
      return transaction.queryAndCommit(select());
    });

    expect(rows).toEqual([
      { mark: 1, done: false },
      { mark: 2, done: true },
    ]);
    expect(await transactions.storedMarks()).toEqual([1, 2]);
  });

  test('takes the options behind it', async () => {
    const outcome = transactions.database.query(ALICE, insert(1), { retry: 'read' });

    await expect(outcome).rejects.toMatchObject({ sqlState: '25006' });
  });

  test('is refused when it would leave something in the session', async () => {
    await expect(transactions.database.query(ALICE, raw())).rejects.toMatchObject({
      name: 'StatementNotPermittedError',
    });
    await expect(transactions.database.queryAsNobody(raw())).rejects.toThrow('SET');
    const inTransaction = transactions.database.transaction(ALICE, (transaction) => transaction.query(raw()));
    await expect(inTransaction).rejects.toMatchObject({ name: 'StatementNotPermittedError' });
  });
});

describe('a value of a compiled query', () => {
  test.each([
    ['Kysely', (key: string) => kysely.selectFrom('notes').select('id').where('idempotency_key', '=', key).compile()],
    ['Drizzle', (key: string) => builder.select().from(notes).where(eq(notes.idempotencyKey, key)).toSQL()],
  ])('of %s is data, and never SQL', async (_, byKey) => {
    await transactions.database.query(ALICE, kysely.insertInto('notes').values({ mark: 1 }).compile());

    expect(await transactions.database.query(ALICE, byKey("' or true --"))).toEqual([]);
    await expect(transactions.database.query(ALICE, byKey('\ud800'))).rejects.toThrow(
      'The value of $1 has half a surrogate pair',
    );
  });
});

test('executing a query in place of passing it on is an error, and not an answer without rows', async () => {
  await expect(kysely.selectFrom('notes').selectAll().execute()).rejects.toThrow('compiles only');
  await expect(builder.select().from(notes)).rejects.toThrow();
});

test('the row type of a Kysely query comes along; of other compiled queries the caller says it', async () => {
  const compiled = kysely.selectFrom('notes').select(['mark', 'idempotency_key as key']).compile();
  const drizzled = builder.select({ mark: notes.mark }).from(notes).toSQL();
  const { database } = transactions;
  interface Marked {
    mark: number;
  }

  expectTypeOf(await database.query(ALICE, compiled)).toEqualTypeOf<{ mark: number; key: string | null }[]>();
  expectTypeOf(await database.query(ALICE, compiled, { retry: 'read' })).toEqualTypeOf<
    { mark: number; key: string | null }[]
  >();
  expectTypeOf(await database.queryAsNobody(compiled)).toEqualTypeOf<{ mark: number; key: string | null }[]>();
  expectTypeOf(await database.query(ALICE, sql<Marked>`select mark from notes`.compile(kysely))).toEqualTypeOf<
    Marked[]
  >();
  expectTypeOf(await database.query<Marked>(ALICE, drizzled)).toEqualTypeOf<Marked[]>();
  expectTypeOf(await database.query(ALICE, drizzled)).toEqualTypeOf<QueryResultRow[]>();
  await database.transaction(ALICE, async (transaction) => {
    expectTypeOf(await transaction.query(compiled)).toEqualTypeOf<{ mark: number; key: string | null }[]>();
    expectTypeOf(await transaction.query<Marked>(drizzled)).toEqualTypeOf<Marked[]>();
    expectTypeOf(await transaction.queryAndCommit(compiled)).toEqualTypeOf<{ mark: number; key: string | null }[]>();
  });

  const misuse = () => {
    // @ts-expect-error -- a query that is not compiled
    void database.query(ALICE, kysely.selectFrom('notes').selectAll());
    // @ts-expect-error -- a query that is not compiled
    void database.query(ALICE, builder.select().from(notes));
    // @ts-expect-error -- a compiled query brings its values
    void database.query(ALICE, compiled, [1]);
  };
  expect(misuse).toBeTypeOf('function');
});
