/**
 * PGlite behind its socket server, with this project's roles and tables: bootstrap.sql and the migrations, by our own runner
 * over the socket. What differs: PGlite has one session, of the superuser postgres, whatever user a client names.
 */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { migrate } from '../../../src/database/migrate/migrate.js';
import { readMigrations } from '../../../src/database/migrate/read-folder.js';

const DATABASE_SOURCES = join(import.meta.dirname, '../../../src/database');

/** Its default is 1, which refuses every second client. */
const MAX_CONNECTIONS = 100;

export interface PgliteServer {
  port: number;
  /** The database itself, for use in the same process. */
  database: PGlite;
  /** Whether the folder was made now. */
  isNew: boolean;
  stop(): Promise<void>;
}

/** @param folder the data folder, which is made where there is none */
export async function startPglite(folder: string): Promise<PgliteServer> {
  const isNew = !(await exists(join(folder, 'PG_VERSION')));
  const database = await PGlite.create(folder);
  const server = new PGLiteSocketServer({ db: database, port: 0, maxConnections: MAX_CONNECTIONS });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  await prepare(port, isNew);
  return {
    port,
    database,
    isNew,
    async stop() {
      await server.stop();
      await database.close();
    },
  };
}

async function prepare(port: number, isNew: boolean): Promise<void> {
  const client = new pg.Client(connectionTo(port));
  await client.connect();
  if (isNew) await client.query(await readFile(join(DATABASE_SOURCES, 'bootstrap.sql'), 'utf8'));
  await migrate(client, readMigrations(join(DATABASE_SOURCES, 'migrations')));
  await client.end();
}

/** Without TLS, which it does not speak; the names are not looked at. */
export function connectionTo(port: number): pg.ClientConfig {
  return { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
