/**
 * A PostgreSQL that lets clients in as RDS does. The line `+rds_iam` of RDS's pg_hba.conf stands before all others: a user that is a
 * member of rds_iam, directly or not, needs an IAM token, and everybody else a password. PostgreSQL has no method that checks a
 * token, so this terminates TLS, asks PostgreSQL for the memberships, and checks tokens itself; passwords PostgreSQL checks.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { listenOnLoopback, portOf } from '@vpc-postgres/local-stack/loopback.js';
import { startPostgres } from '@vpc-postgres/local-stack/postgres/cluster.js';
import { choosePrivileges } from '@vpc-postgres/local-stack/postgres/privileges.js';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { type Principal, verifyToken } from '@vpc-postgres/local-stack/rds-proxy/token.js';
import {
  ASK_FOR_PASSWORD,
  buildFatalError,
  buildStartup,
  REQUEST_CODES,
  withReader,
} from '@vpc-postgres/local-stack/rds-proxy/wire.js';
import pg from 'pg';
import { copyNewCluster } from './new-cluster/copy.js';

export interface RdsServer {
  /** The name that its certificate and its tokens are for. */
  readonly host: 'localhost';
  readonly port: number;
  readonly caPath: string;
  /** PostgreSQL's log, with the text of every statement but the superuser's. */
  readonly log: readonly string[];
  /** A session of RDS's own superuser. Ends with the server. */
  superuser(database?: string): Promise<pg.Client>;
  /** Cuts the connection at its nth statement: before PostgreSQL receives it, or before the client hears of it. */
  cutAt(statement: number, before: 'question' | 'answer'): void;
  stop(): Promise<void>;
}

export interface RdsServerOptions {
  readonly region: string;
  readonly principals: readonly Principal[];
  readonly master: { readonly username: string; readonly password: string };
}

const HOST = '127.0.0.1';

/** The superuser by the socket, as whom a token has let somebody in too; everybody else with a password. */
const HOST_BASED_AUTHENTICATION = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n';

/**
 * Memberships as pg_hba.conf follows them, whatever their options are. On RDS rds_superuser can grant rds_iam without being a
 * member of it; PostgreSQL itself asks for a membership, which must not count here.
 */
const IS_IAM_USER = `
  with recursive members(role) as (
    select oid from pg_roles where rolname = 'rds_iam'
    union
    select member from pg_auth_members join members on roleid = role where member <> 'rds_superuser'::regrole
  )
  select from members where role = (select oid from pg_roles where rolname = $1)`;

export async function startRdsServer({ region, principals, master }: RdsServerOptions): Promise<RdsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rds-server-'));
  const certificate = await loadOrCreateCertificate(join(folder, 'certificate'));
  const privileges = await choosePrivileges();
  const hba = join(folder, 'hba.conf');
  await writeFile(hba, HOST_BASED_AUTHENTICATION);
  await privileges.takeOwnership(folder);
  await copyNewCluster(join(folder, 'data'));
  const log: string[] = [];
  const passwordPort = await freePort();
  const postgres = await startPostgres({
    dataDirectory: join(folder, 'data'),
    settings: { listen_addresses: HOST, port: `${passwordPort}`, hba_file: hba, log_statement: 'all' },
    onLog: (line) => log.push(line),
  });
  const clients: pg.Client[] = [];
  const superuser = async (database = 'postgres') => {
    const client = new pg.Client({
      host: postgres.socketDirectory,
      port: passwordPort,
      user: 'postgres',
      database,
      options: '-c log_statement=none',
    });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const observer = await superuser();
  await observer.query(`
    create role rds_iam; create role rds_superuser; grant rds_iam to rds_superuser with admin option;
    create role ${master.username} login createrole createdb password '${master.password}';
    grant rds_superuser to ${master.username}`);

  const cut = { statements: Number.POSITIVE_INFINITY, before: 'question' as 'question' | 'answer' };
  const open = new Set<net.Socket>();
  let port = 0;

  const serve = async (socket: net.Socket): Promise<void> => {
    track(open, socket);
    const { code } = await withReader(socket, (reader) => reader.readStartupPacket());
    if (code !== REQUEST_CODES.tls) throw new Error('A client did not ask for TLS.');
    socket.write('S');
    const client = new tls.TLSSocket(socket, { isServer: true, cert: certificate.certificate, key: certificate.key });
    track(open, client);
    const { body } = await withReader(client, (reader) => reader.readStartupPacket());
    const parameters = parametersOf(body);
    const user = parameters.user ?? '';
    const { rowCount } = await observer.query(IS_IAM_USER, [user]);
    const needsToken = rowCount === 1;
    if (needsToken) {
      client.write(ASK_FOR_PASSWORD);
      const password = await withReader(client, (reader) => reader.readMessage());
      const token = password.body.toString('utf8').replace(/\0$/, '');
      const verdict = verifyToken(token, { hostname: 'localhost', port, region, user, principals, now: Date.now() });
      if (!verdict.accepted) {
        client.end(buildFatalError('28000', `PAM authentication failed for user "${user}"`));
        return;
      }
    }
    const server = needsToken
      ? net.connect(join(postgres.socketDirectory, `.s.PGSQL.${passwordPort}`))
      : net.connect(passwordPort, HOST);
    track(open, server);
    await once(server, 'connect');
    server.write(buildStartup(parameters));
    carry(client, server, cut);
  };

  const servers = await listenOnLoopback(0, () =>
    net.createServer((socket) => void serve(socket).catch(() => socket.destroy())),
  );
  port = portOf(servers[0]);
  return {
    host: 'localhost',
    port,
    caPath: certificate.caPath,
    log,
    superuser,
    cutAt: (statements, before) => void Object.assign(cut, { statements, before }),
    async stop() {
      for (const socket of open) socket.destroy();
      for (const server of servers) server.close();
      await Promise.all(clients.map((client) => client.end()));
      await postgres.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A statement is a message Q or P; node-postgres sends each in a write of its own. */
function carry(
  client: net.Socket,
  server: net.Socket,
  cut: { statements: number; before: 'question' | 'answer' },
): void {
  let isLast = false;
  const end = () => {
    client.destroy();
    server.destroy();
  };
  client.on('data', (chunk) => {
    if ('QP'.includes(String.fromCharCode(chunk[0] ?? 0))) cut.statements -= 1;
    isLast = cut.statements <= 0;
    if (isLast && cut.before === 'question') end();
    else server.write(chunk);
  });
  server.on('data', (chunk) => (isLast ? end() : client.write(chunk)));
  for (const socket of [client, server]) socket.on('close', end);
}

function track(open: Set<net.Socket>, socket: net.Socket): void {
  open.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
}

function parametersOf(body: Buffer): Record<string, string> {
  const words = body.toString('utf8').split('\0');
  return Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 && word !== '' ? [[word, words[index + 1] ?? '']] : [])),
  );
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
