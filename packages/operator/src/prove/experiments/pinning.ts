/** What pins a session: the identity of a transaction, SET LOCAL, set_config(…, true), and SET, which shows that pins are seen. */
import { randomUUID } from 'node:crypto';
import { Batch, type BatchResponse, bindValues } from '@vpc-postgres/lambda/database/batch.js';
import type pg from 'pg';
import type { Experiment, Observation, Site } from '../experiment.js';

/** BEGIN, the identity, a statement and COMMIT with one Sync, by the code that serves requests. */
export async function sendRequest(client: pg.Client): Promise<BatchResponse> {
  const statements = [
    bindValues('begin read only'),
    bindValues('select identity.assume($1, $2)', [randomUUID(), []]),
    bindValues('select 1 as one'),
    bindValues('commit'),
  ];
  return new Promise((resolve) => client.query(new Batch(statements, resolve)));
}

async function observePins(site: Site, use: (client: pg.Client) => Promise<unknown>): Promise<Observation> {
  const before = await site.countPinned();
  const client = await site.connect(site.users.app);
  try {
    await use(client);
    const during = await site.countPinned();
    return {
      answer: during > before ? 'pins' : 'does not pin',
      details: [`Pinned sessions of the proxy: ${before} before, ${during} while the session was open.`],
    };
  } finally {
    await client.end();
  }
}

async function inTransaction(client: pg.Client, statement: string): Promise<void> {
  await client.query('begin');
  await client.query(statement);
  await client.query('commit');
}

const METHOD = 'A session does it and stays open, while DatabaseConnectionsCurrentlySessionPinned is read.';
const shared = { method: METHOD, needs: ['connection'], minutes: () => 6 } as const;

export const pinningExperiments: readonly Experiment[] = [
  {
    ...shared,
    id: 'set-pins',
    question: 'Does SET pin? It is documented to, so that a different answer says that pins are not seen.',
    local: 'pins',
    run: (site) => observePins(site, (client) => client.query("set intervalstyle = 'iso_8601'")),
  },
  {
    ...shared,
    id: 'identity-pins',
    question: 'Does identity.assume(), with which every request begins, pin?',
    local: 'does not pin',
    async run(site) {
      let failure: Error | undefined;
      const observed = await observePins(site, async (client) => {
        for (let request = 0; request < 20; request += 1)
          failure ??= (await sendRequest(client)).error as Error | undefined;
      });
      if (failure !== undefined) throw failure;
      return observed;
    },
  },
  {
    ...shared,
    id: 'set-local-pins',
    question: 'Does SET LOCAL in a transaction pin beyond its end?',
    local: 'pins',
    setting: 'setLocalPins',
    run: (site) => observePins(site, (client) => inTransaction(client, "set local statement_timeout = '5s'")),
  },
  {
    ...shared,
    id: 'set-config-local-pins',
    question: 'Does set_config(…, true) in a transaction pin beyond its end?',
    local: 'pins',
    setting: 'setConfigLocalPins',
    run: (site) => observePins(site, (client) => inTransaction(client, "select set_config('prove.a', 'b', true)")),
  },
];
