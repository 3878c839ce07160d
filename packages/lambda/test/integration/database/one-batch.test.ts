import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import { sendBatch } from '@vpc-postgres/testing/support/one-batch.js';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BatchResponse } from '../../../src/database/batch.js';
import { columnTypes } from '../../../src/database/column-types.js';
import { createDatabaseOver, type Database } from '../../../src/database/database.js';

/** The messages of the extended protocol, counted between the pool and PostgreSQL itself. */
let stack: TestStack;
let superuser: pg.Client;
let relay: net.Server;
let pool: pg.Pool;
let database: Database;
let sent: string;
let received: string;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
  await createNotes(superuser);
  const socketPath = join(stack.postgres.socketDirectory, '.s.PGSQL.5432');
  relay = net.createServer((client) => {
    const server = net.connect(socketPath);
    carry(client, server, true, (type) => {
      sent += type;
    });
    carry(server, client, false, (type) => {
      received += type;
    });
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as net.AddressInfo;
  pool = new pg.Pool({ host: '127.0.0.1', port, user: 'app', database: 'app', password: 'none', max: 1 });
  pool.on('error', () => {});
  database = createDatabaseOver(() => pool);
  await database.queryAsNobody('select 1');
});
afterAll(async () => {
  await pool?.end();
  relay?.close();
  await superuser?.end();
  await stack?.stop();
});
beforeEach(async () => {
  await superuser.query('truncate notes');
  sent = '';
  received = '';
});

/** Passes bytes on, and reports the type of each message in them. The first packet of a client has none. */
function carry(from: net.Socket, to: net.Socket, beginsWithStartup: boolean, onMessage: (type: string) => void): void {
  let buffer = Buffer.alloc(0);
  let isStartup = beginsWithStartup;
  from.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const header = isStartup ? 0 : 1;
      if (buffer.length < header + 4) break;
      const length = header + buffer.readInt32BE(header);
      if (buffer.length < length) break;
      if (!isStartup) onMessage(buffer.toString('latin1', 0, 1));
      isStartup = false;
      buffer = buffer.subarray(length);
    }
    to.write(chunk);
  });
  from.on('error', () => {});
  from.on('close', () => to.destroy());
}

const count = (messages: string, type: string) => messages.split(type).length - 1;
const ALICE = { sub: randomUUID(), groups: null };
const INSERT = 'insert into notes (mark) values ($1)';
const BEHIND = 'PBDE';

describe('on the wire', () => {
  test('a request is one batch: four statements, one Sync, one ReadyForQuery', async () => {
    await database.query(ALICE, 'select mark from notes', [], { retry: 'read' });

    expect(sent).toBe(`${BEHIND.repeat(4)}S`);
    expect(count(received, 'Z')).toBe(1);
  });

  test('a compiled query is one batch too, of the same messages', async () => {
    await database.query(ALICE, { sql: 'select mark from notes where mark = $1', parameters: [1] });
    await database.query(ALICE, { sql: 'select mark from notes where mark = $1', params: [1] });

    expect(sent).toBe(`${BEHIND.repeat(4)}S`.repeat(2));
  });

  test('a statement that fails is followed by one ROLLBACK, and by nothing else', async () => {
    await expect(database.query(ALICE, 'select 1 / $1::int', [0])).rejects.toMatchObject({ sqlState: '22012' });

    expect(sent).toBe(`${BEHIND.repeat(4)}S${BEHIND}S`);
    expect(count(received, 'Z')).toBe(2);
  });

  test('a value that cannot be serialized sends nothing', async () => {
    await expect(database.query(ALICE, INSERT, [{ amount: 1n }])).rejects.toThrow(
      'The value of $1 cannot be serialized',
    );

    expect(sent).toBe('');
  });

  test('each further statement of a transaction is one batch, and the last takes COMMIT along', async () => {
    await database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      await transaction.query(INSERT, [2]);
      await transaction.queryAndCommit(INSERT, [3]);
    });

    expect(sent).toBe(`${BEHIND.repeat(3)}S${BEHIND}S${BEHIND.repeat(2)}S`);
    expect(count(received, 'Z')).toBe(3);
  });
});

describe('behind an error PostgreSQL runs nothing', () => {
  const send = async (texts: readonly string[]): Promise<BatchResponse & { client: pg.PoolClient }> => {
    const client = await pool.connect();
    const response = await sendBatch(
      client,
      texts.map((text) => ({ text })),
    );
    return { ...response, client };
  };

  test('a BEGIN that fails leaves the statement behind it unsent to any transaction', async () => {
    const { results, error, client } = await send([
      'begin isolation level nonsense',
      'insert into notes (owner_sub, mark) values (gen_random_uuid(), 1)',
      'commit',
    ]);
    await client.query('select 1');
    const status = client.getTransactionStatus();
    client.release();

    expect(results).toEqual([]);
    expect(error).toMatchObject({ severity: 'ERROR', code: '42601' });
    expect(status).toBe('I');
    const { rows } = await superuser.query('select from notes');
    expect(rows).toEqual([]);
  });

  test('nor does a callback that swallows the error of BEGIN: no statement runs on its own, and there is no commit', async () => {
    // A level that PostgreSQL does not know stands for a server that refuses the one that was asked for.
    const isolation = 'nonsense' as 'serializable';
    const outcome = database.transaction(
      ALICE,
      async (transaction) => {
        await transaction.query(INSERT, [1]).catch(() => {});
        await transaction.query(INSERT, [2]).catch(() => {});
        return 'saved';
      },
      { isolation },
    );

    await expect(outcome).rejects.toMatchObject({ sqlState: '42601' });
    const { rows } = await superuser.query('select from notes');
    expect(rows).toEqual([]);
  });

  test('rows and commands of all statements come back', async () => {
    const { results, error, client } = await send(['begin', 'select 1 as one', 'values (1), (2)', 'commit']);
    client.release();

    expect(error).toBeUndefined();
    expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual([
      ['BEGIN', null],
      ['SELECT', 1],
      ['SELECT', 2],
      ['COMMIT', null],
    ]);
    expect(results[1]?.rows).toEqual([{ one: 1 }]);
  });
});

test('COPY, for which a batch has no data, ends with an error and leaves the connection usable', async () => {
  const client = await pool.connect();
  const response = await sendBatch(client, [{ text: 'copy notes (mark) from stdin' }]);
  client.release();

  expect(response.error).toMatchObject({ severity: 'ERROR' });
  expect(await database.queryAsNobody('select 1 as n')).toEqual([{ n: 1 }]);
});

test('a row that cannot be read keeps the transaction from its commit, though PostgreSQL knows of no error', async () => {
  const unreadable = vi.spyOn(columnTypes, 'getTypeParser').mockReturnValue(() => {
    throw new TypeError('not readable');
  });
  try {
    const outcome = database.transaction(ALICE, async (transaction) => {
      await transaction.query(INSERT, [1]);
      void transaction.query("select '(1,2)'::point").catch(() => {});
      return 'saved';
    });

    await expect(outcome).rejects.toMatchObject({ name: 'DatabaseStatementError' });
    const { rows } = await superuser.query('select from notes');
    expect(rows).toEqual([]);
  } finally {
    unreadable.mockRestore();
  }
  expect(await database.queryAsNobody('select 1 as n')).toEqual([{ n: 1 }]);
});
