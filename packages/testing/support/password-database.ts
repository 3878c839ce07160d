/** The example database behind verified TLS and a password, as Amplify's SQL data source and its generator meet it in RDS. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { SQL_DATA_SOURCE_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import { bootstrapDatabase, LOCAL_DATABASE, migrateDatabase } from '@vpc-postgres/local-stack/database.js';
import { startPostgres } from '@vpc-postgres/local-stack/postgres/cluster.js';
import { choosePrivileges } from '@vpc-postgres/local-stack/postgres/privileges.js';
import { issueServerCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate-authority.js';
import pg from 'pg';
import { localApp } from '../app/local.config.js';
import { copyNewCluster } from './new-cluster/copy.js';

export interface PasswordDatabase {
  /** As an RDS secret of Secrets Manager holds them. */
  readonly secret: {
    readonly engine: 'postgres';
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    readonly dbname: string;
  };
  /** PEM of the authority that signed the server's certificate. */
  readonly certificateAuthority: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USERNAME = 'sql_data_source';
/** Each of these characters means something in a URI. */
const ODD_CHARACTERS = `p@ss/w:rd?#[%41]&=+ "'\\é`;

/** Prepared as packages/backend/docs/sql-data-source.md says. The test must stop it. */
export async function startPasswordDatabase(): Promise<PasswordDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'password-database-'));
  const password = `${ODD_CHARACTERS}${randomBytes(8).toString('hex')}`;
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    await copyNewCluster(join(folder, 'data'));
    await prepareRole(join(folder, 'data'), password);
    const [{ ca, certificate, key }, port] = await Promise.all([issueServerCertificate(), freePort()]);
    const settings = { ...(await writeServerFiles(folder, certificate, key)), listen_addresses: HOST, port: `${port}` };
    const postgres = await startPostgres({ dataDirectory: join(folder, 'data'), settings });
    return {
      secret: { engine: 'postgres', host: HOST, port, username: USERNAME, password, dbname: LOCAL_DATABASE },
      certificateAuthority: ca,
      async stop() {
        await postgres.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function prepareRole(dataDirectory: string, password: string): Promise<void> {
  const postgres = await startPostgres({ dataDirectory });
  const client = new pg.Client({ host: postgres.socketDirectory, user: 'postgres', database: LOCAL_DATABASE });
  try {
    await bootstrapDatabase(postgres.socketDirectory);
    await migrateDatabase(postgres.socketDirectory, await readMigrations(localApp.migrationsFolder));
    await client.connect();
    // Twice: the file says that running it again changes nothing.
    for (let run = 0; run < 2; run += 1) await client.query(await readFile(SQL_DATA_SOURCE_SQL, 'utf8'));
    await client.query(`alter role ${USERNAME} password ${client.escapeLiteral(password)}`);
  } finally {
    await client.end();
    await postgres.stop();
  }
}

/** @returns the settings that name them. */
async function writeServerFiles(folder: string, certificate: string, key: string): Promise<Record<string, string>> {
  const files = { 'server.pem': certificate, 'server.key': key, 'hba.conf': HOST_BASED_AUTHENTICATION };
  const privileges = await choosePrivileges();
  const path = (name: keyof typeof files) => join(folder, 'server', name);
  await mkdir(join(folder, 'server'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, 'server', name), text, { mode: 0o600 });
  }
  await privileges.takeOwnership(join(folder, 'server'));
  return { ssl: 'on', ssl_cert_file: path('server.pem'), ssl_key_file: path('server.key'), hba_file: path('hba.conf') };
}

/** The superuser by the socket, everybody else with TLS and a password. */
const HOST_BASED_AUTHENTICATION = 'local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('A TCP server has an address with a port.');
  return address.port;
}
