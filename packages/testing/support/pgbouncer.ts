/** Debian's pgbouncer before a local PostgreSQL: the pooler by transaction that everybody can run, which RDS Proxy is not. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { choosePrivileges } from '@vpc-postgres/local-stack/postgres/privileges.js';
import { spawnSupervised } from '@vpc-postgres/local-stack/postgres/supervised-process.js';

const PROGRAM = '/usr/sbin/pgbouncer';

export const hasPgbouncer = spawnSync(PROGRAM, ['--version']).status === 0;

export interface Pgbouncer {
  /** `host` and `port` of a client. Every client is the user app; there is no TLS. */
  host: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * @param socketDirectory of the PostgreSQL
 * @param connections how many it opens for each database
 * @throws Error with its log when it does not start
 */
export async function startPgbouncer(socketDirectory: string, connections: number): Promise<Pgbouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const port = 6543;
  const configuration = join(directory, 'pgbouncer.ini');
  await writeFile(
    configuration,
    `[databases]
* = host=${socketDirectory} port=5432 user=app
[pgbouncer]
unix_socket_dir = ${directory}
listen_port = ${port}
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
`,
  );
  // It does not run as root, as PostgreSQL does, and must read that one's socket.
  const privileges = await choosePrivileges();
  await privileges.takeOwnership(directory);
  const server = spawnSupervised(privileges.wrap({ file: PROGRAM, arguments: [configuration] }), directory);
  const stop = async () => {
    server.kill('SIGTERM');
    await server.exited;
    await rm(directory, { recursive: true, force: true });
  };

  const log: string[] = [];
  const isUp = await new Promise<boolean>((resolve) => {
    createInterface(server.log)
      .on('line', (line) => {
        log.push(line);
        if (line.includes('process up')) resolve(true);
      })
      .once('close', () => resolve(false));
  });
  if (isUp) return { host: directory, port, stop };
  await stop();
  throw new Error(`pgbouncer did not start:\n${log.join('\n')}`);
}
