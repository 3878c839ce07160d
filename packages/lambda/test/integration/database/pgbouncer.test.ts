import { randomUUID } from 'node:crypto';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import { type BatchStatement, sendBatch } from '@vpc-postgres/testing/support/one-batch.js';
import { hasPgbouncer, type Pgbouncer, startPgbouncer } from '@vpc-postgres/testing/support/pgbouncer.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CLIENTS = 8;
const TURNS = 50;
/** What the clients share, transaction by transaction. */
const CONNECTIONS = 3;

const BEGIN = { text: 'begin' };
const COMMIT = { text: 'commit' };
const insert = (mark: number) => ({
  text: 'insert into notes (mark) values ($1) returning owner_sub, mark',
  values: [mark],
});
const LOOK = {
  text: `select identity.sub() as sub, pg_backend_pid() as pid, (select array_agg(distinct owner_sub) from notes) as owners`,
};
const FAILING = { text: 'select 1 / $1::int', values: [0] };

describe.skipIf(!hasPgbouncer)(
  hasPgbouncer ? 'through pgbouncer, pooling by transaction' : 'pgbouncer (skipped: not installed; Debian: pgbouncer)',
  () => {
    let stack: TestStack;
    let superuser: pg.Client;
    let pgbouncer: Pgbouncer;
    const users: { sub: string; client: pg.Client }[] = [];

    beforeAll(async () => {
      stack = await startTestStack();
      superuser = await stack.connectSuperuser();
      await createNotes(superuser);
      pgbouncer = await startPgbouncer(stack.postgres.socketDirectory, CONNECTIONS);
      for (let index = 0; index < CLIENTS; index += 1) {
        const client = new pg.Client({ host: pgbouncer.host, port: pgbouncer.port, database: 'app', user: 'app' });
        await client.connect();
        users.push({ sub: randomUUID(), client });
      }
    });
    afterAll(async () => {
      await Promise.all(users.map(({ client }) => client.end()));
      await pgbouncer?.stop();
      await superuser?.end();
      await stack?.stop();
    });

    /** One user's turns, one after the other. @returns the marks that were committed, and the sessions that served them */
    async function takeTurns({ sub, client }: (typeof users)[number]) {
      const marks: number[] = [];
      const pids = new Set<unknown>();
      const assume = { text: 'select identity.assume($1, $2)', values: [sub, []] };
      const send = async (...statements: BatchStatement[]) => {
        const { results, error } = await sendBatch(client, statements);
        return {
          commands: results.map(({ command }) => command),
          rows: results.map(({ rows }) => rows),
          code: (error as pg.DatabaseError | undefined)?.code,
        };
      };

      for (let turn = 0; turn < TURNS; turn += 1) {
        const looked = await send(BEGIN, assume, LOOK, COMMIT);
        expect(looked.commands).toEqual(['BEGIN', 'SELECT', 'SELECT', 'COMMIT']);
        expect(looked.rows[2]).toMatchObject([{ sub, owners: marks.length === 0 ? null : [sub] }]);
        pids.add(looked.rows[2]?.[0]?.pid);

        const failed = await send(BEGIN, assume, insert(-turn), FAILING, insert(-turn), COMMIT);
        expect(failed).toMatchObject({ commands: ['BEGIN', 'SELECT', 'INSERT'], code: '22012' });
        expect((await client.query('rollback')).command).toBe('ROLLBACK');

        // Nothing of it runs outside of a transaction either.
        const unbegun = await send({ text: 'begin isolation level nonsense' }, assume, insert(-turn), COMMIT);
        expect(unbegun).toMatchObject({ commands: [], code: '42601' });

        const written = await send(BEGIN, assume, insert(turn), COMMIT);
        expect(written.rows[2]).toEqual([{ owner_sub: sub, mark: turn }]);
        marks.push(turn);

        // A transaction of two batches keeps its session and its identity in between.
        expect((await send(BEGIN, assume, insert(turn + TURNS))).commands).toEqual(['BEGIN', 'SELECT', 'INSERT']);
        expect((await send(LOOK, COMMIT)).rows[0]).toMatchObject([{ sub, owners: [sub] }]);
        marks.push(turn + TURNS);
      }
      return { sub, marks: marks.toSorted((one, other) => one - other), pids: [...pids] };
    }

    test('batches with one Sync of many clients never mix, and one that fails skips what is behind its error', async () => {
      const turns = await Promise.all(users.map(takeTurns));

      const { rows } = await superuser.query(
        'select owner_sub as sub, array_agg(mark order by mark) as marks from notes group by 1',
      );
      expect(rows).toHaveLength(CLIENTS);
      expect(rows).toEqual(expect.arrayContaining(turns.map(({ sub, marks }) => ({ sub, marks }))));
      expect(new Set(turns.flatMap(({ pids }) => pids)).size).toBeLessThanOrEqual(CONNECTIONS);
    });
  },
);
