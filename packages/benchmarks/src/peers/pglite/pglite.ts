/**
 * PGlite behind its socket server, with this project's roles and tables. What differs from PostgreSQL: there is one session,
 * of the superuser postgres, whatever user a client names.
 */
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { isNewFolder, prepareTables } from './tables.js';

/** Its default is 1, which rejects every second client. */
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
  const isNew = await isNewFolder(folder);
  const database = await PGlite.create(folder);
  const server = new PGLiteSocketServer({ db: database, port: 0, maxConnections: MAX_CONNECTIONS });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  const client = new pg.Client(connectionTo(port));
  await client.connect();
  await prepareTables(client, isNew);
  await client.end();
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

/** Without TLS, which it does not speak; the names are not looked at. */
export function connectionTo(port: number): pg.ClientConfig {
  return { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' };
}
