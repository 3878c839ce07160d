/** A PostgreSQL that is reached through the emulator, and directly by TCP with TLS: one server, one certificate. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Signer } from '@aws-sdk/rds-signer';
import type { LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { listenOnLoopback, portOf } from '@vpc-postgres/local-stack/loopback.js';
import { startPostgres } from '@vpc-postgres/local-stack/postgres/cluster.js';
import { choosePrivileges } from '@vpc-postgres/local-stack/postgres/privileges.js';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import pg from 'pg';

const REGION = 'eu-west-1';
const USER = 'app';

/** One of the two ways. */
export interface Way {
  port: number;
  /** A fresh token; the direct way trusts, and asks for none. */
  password(): Promise<string>;
  connect(): Promise<pg.Client>;
}

export interface ProxyAndDirect {
  proxied: Way;
  direct: Way;
  proxy: RdsProxy;
  caPath: string;
  /** What a function needs for the proxied way. */
  access: LocalDatabase;
  /** Where PostgreSQL's Unix socket is: `.s.PGSQL.` and the direct port. Everybody is trusted there. */
  socketDirectory: string;
  /** Past both. The caller ends it. */
  connectSuperuser(): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** With a user and a database `app`. */
export async function startProxyAndDirect(): Promise<ProxyAndDirect> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const certificate = await loadOrCreateCertificate(join(directory, 'certificate'));
  const ca = await readFile(certificate.caPath, 'utf8');
  const port = await findFreePort();
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'data'),
    settings: { listen_addresses: '127.0.0.1', port: String(port), ...(await tlsSettings(directory, certificate)) },
  });
  const connectSuperuser = async (database = USER) => {
    const client = new pg.Client({ host: postgres.socketDirectory, port, user: 'postgres', database });
    await client.connect();
    return client;
  };
  const administrator = await connectSuperuser('postgres');
  await administrator.query(`create role ${USER} login`);
  // As on RDS: a commit waits for the disk. The local stack's own default is faster than any deployed database.
  await administrator.query(`alter role ${USER} set synchronous_commit = on`);
  await administrator.query(`create database ${USER} owner ${USER}`);
  await administrator.end();

  const credentials = createCredentials();
  const proxy = await startRdsProxy({
    hostname: 'localhost',
    port: 0,
    region: REGION,
    certificate,
    upstreamSocketPath: join(postgres.socketDirectory, `.s.PGSQL.${port}`),
    principals: [{ credentials, databaseUsers: [USER] }],
  });
  const token = () =>
    new Signer({ hostname: 'localhost', port: proxy.port, username: USER, region: REGION, credentials }).getAuthToken();
  return {
    proxied: createWay(proxy.port, ca, token),
    direct: createWay(port, ca, async () => 'not looked at'),
    proxy,
    caPath: certificate.caPath,
    access: {
      host: 'localhost',
      port: proxy.port,
      database: USER,
      user: USER,
      region: REGION,
      credentials,
      caPath: certificate.caPath,
    },
    socketDirectory: postgres.socketDirectory,
    connectSuperuser: () => connectSuperuser(),
    async stop() {
      await proxy.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function createWay(port: number, ca: string, password: () => Promise<string>): Way {
  return {
    port,
    password,
    async connect() {
      const client = new pg.Client({ host: 'localhost', port, user: USER, database: USER, password, ssl: { ca } });
      await client.connect();
      return client;
    },
  };
}

/** TLS for PostgreSQL itself, with files of the user that it runs as. */
async function tlsSettings(
  directory: string,
  { certificate, key }: { certificate: string; key: string },
): Promise<Record<string, string>> {
  const folder = join(directory, 'tls');
  await mkdir(folder, { mode: 0o700 });
  const files = {
    ssl_cert_file: [join(folder, 'server.pem'), certificate],
    ssl_key_file: [join(folder, 'server.key'), key],
    hba_file: [join(folder, 'pg_hba.conf'), `local all all trust\nhostssl ${USER} ${USER} 127.0.0.1/32 trust\n`],
  } as const;
  for (const [path, content] of Object.values(files)) await writeFile(path, content, { mode: 0o600 });
  await chmod(directory, 0o711);
  await (await choosePrivileges()).takeOwnership(folder);
  return { ssl: 'on', ...Object.fromEntries(Object.entries(files).map(([name, [path]]) => [name, path])) };
}

async function findFreePort(): Promise<number> {
  const servers = await listenOnLoopback(0, () => createServer());
  const port = portOf(servers[0]);
  for (const server of servers) server.close();
  return port;
}
