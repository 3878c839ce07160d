/** Many clients at once: increments of shared rows, and clients that are killed while they do. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { ProxyUnderTest } from '../../local/rds-proxy/proxy-under-test.js';

export const CREATE_COUNTERS = `
  create table counters (id int primary key, value int not null);
  insert into counters select id, 0 from generate_series(1, 5) id`;

const COUNTER_COUNT = 5;

/** Each client locks a row, reads it, and writes one more, so many times. @returns the sum of the counters */
export async function incrementTogether(stack: ProxyUnderTest, clientCount: number, times: number): Promise<number> {
  const clients = await inBatches(clientCount, () => stack.connect());
  await Promise.all(
    clients.map(async (client, index) => {
      for (let time = 0; time < times; time += 1) await increment(client, ((index + time) % COUNTER_COUNT) + 1);
    }),
  );
  const { rows } = (await clients[0]?.query('select sum(value)::int as total from counters')) ?? { rows: [] };
  await Promise.all(clients.map((client) => client.end()));
  return rows[0]?.total;
}

async function increment(client: pg.Client, id: number): Promise<void> {
  await client.query('begin');
  const { rows } = await client.query('select value from counters where id = $1 for update', [id]);
  await client.query('update counters set value = $1 where id = $2', [rows[0].value + 1, id]);
  await client.query('commit');
}

/**
 * Clients that increment until they are killed: their connection is cut at a random moment, for one in four of them before
 * or during the login, and for the others while they work.
 * @returns how many increments were confirmed
 */
export async function killAtRandom(stack: ProxyUnderTest, clientCount: number, atOnce: number): Promise<number> {
  let confirmed = 0;
  let started = 0;
  const runOne = async (index: number) => {
    const client = stack.createClient();
    const connected = client.connect().catch(() => {});
    if (index % 4 !== 0) await connected;
    void connected
      .then(async () => {
        for (let time = 0; ; time += 1) {
          await increment(client, (time % COUNTER_COUNT) + 1);
          confirmed += 1;
        }
      })
      .catch(() => {});
    await delay(Math.random() * 100);
    destroy(client);
  };
  const worker = async () => {
    while (started < clientCount) await runOne(started++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return confirmed;
}

function destroy(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Not all at once: a laptop has a limit for connections that wait to be accepted. */
async function inBatches<Value>(count: number, make: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  while (values.length < count) {
    const size = Math.min(50, count - values.length);
    values.push(...(await Promise.all(Array.from({ length: size }, make))));
  }
  return values;
}

/** What a database must be free of once all clients are gone. */
export async function leftovers(stack: ProxyUnderTest): Promise<{ locks: number; open: number }> {
  const client = await stack.connect();
  const { rows } = await client.query(`
    select (select count(*)::int from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'counters') as locks,
           (select count(*)::int from pg_stat_activity where usename = 'app' and state like 'idle in transaction%') as open`);
  await client.end();
  return rows[0];
}
