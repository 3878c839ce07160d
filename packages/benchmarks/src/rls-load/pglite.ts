/** PGlite with the load's rows, behind its socket server in a process of its own, and 80 clients of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { BASELINES_FOLDER } from '../baselines.js';
import { databaseOver } from '../database-over.js';
import { startProgram } from '../program.js';
import { INSERT_ROWS, type LoadCounts, POLICY_BY_SETTING, runLoad, USERS } from './load.js';
import { type Subject, withOneEach } from './subject.js';
import { bySession, byTransaction, byWithUser, type Querier } from './ways.js';

/** A server that stops answering is a failure of the read, and not the end of the benchmark. */
const QUERY_TIMEOUT_MILLIS = 8_000;

export async function startPgliteServer(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'pglite-'));
  const program = startProgram([join(BASELINES_FOLDER, 'pglite/serve.ts'), join(folder, 'data')]);
  const [, port] = await program.printed(/\{"port":(\d+)\}/);
  const server = { host: '127.0.0.1', port: Number(port), user: 'app', query_timeout: QUERY_TIMEOUT_MILLIS };
  const first = new pg.Client(server);
  await first.connect();
  await first.query(INSERT_ROWS, [USERS]);
  await first.query(POLICY_BY_SETTING);
  await first.end();

  const loadClients = async (readAs: (client: Querier, user: string) => Promise<string[]>) => {
    await becomeApp(server);
    return withOneEach(
      USERS,
      () => connect(server),
      (client) => client.end(),
      (clientOf) => runLoad((user) => readAs(clientOf(user), user)),
    );
  };
  return {
    async withUser() {
      await becomeApp(server);
      return withOneEach(
        USERS,
        async () => openPool(server),
        (pool) => pool.end(),
        (poolOf) => runLoad((user) => byWithUser(databaseOver(poolOf(user)), user)),
      );
    },
    transaction: () => loadClients(byTransaction),
    session: () => loadClients(bySession),
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The load with PGlite in the process of its users, by BEGIN and COMMIT. */
export async function loadPgliteInProcess(): Promise<LoadCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'pglite-'));
  const program = startProgram([join(BASELINES_FOLDER, 'pglite/in-process.ts'), join(folder, 'data')]);
  try {
    const [counts] = await program.printed(/\{"own":.*\}/);
    return JSON.parse(counts);
  } finally {
    await program.stop();
    await rm(folder, { recursive: true });
  }
}

/** Its one session is the superuser's whatever user logs in, and keeps what the load before left in it. */
async function becomeApp(server: pg.ClientConfig): Promise<void> {
  const client = await connect(server);
  await client.query('reset all; set role app');
  await client.end();
}

async function connect(server: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(server);
  client.on('error', () => {});
  await client.connect();
  return client;
}

function openPool(server: pg.ClientConfig): pg.Pool {
  const pool = new pg.Pool({ ...server, max: 1 });
  pool.on('error', () => {});
  return pool;
}
