/** A real PostgreSQL behind a real emulator, with the tokens to connect to it. Everything is gone after stop(). */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Signer } from '@aws-sdk/rds-signer';
import { copyNewCluster } from '@vpc-postgres/testing/support/new-cluster/copy.js';
import { watchForSecrets } from '@vpc-postgres/testing/support/secrets/watch.js';
import pg from 'pg';
import { type LocalPostgres, startPostgres } from '../../../src/postgres/cluster.js';
import { type KeptCertificate, loadOrCreateCertificate } from '../../../src/rds-proxy/certificate.js';
import { createCredentials, type LocalCredentials } from '../../../src/rds-proxy/credentials.js';
import {
  type RdsProxy,
  type RdsProxyEvent,
  type RdsProxyOptions,
  startRdsProxy,
} from '../../../src/rds-proxy/server.js';
import { connectThroughProxy, type RawClient } from './raw-client.js';

export const REGION = 'eu-west-1';

export interface ProxyUnderTest {
  proxy: RdsProxy;
  postgres: LocalPostgres;
  events: RdsProxyEvent[];
  ca: string;
  caPath: string;
  credentials: LocalCredentials;
  token(options?: { user?: string; host?: string; port?: number }): Promise<string>;
  /** Connects as `app`, verifying the certificate, with a fresh token. The test must end it. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>;
  /** As connect, without connecting. */
  createClient(config?: pg.ClientConfig): pg.Client;
  /** The error that a connection attempt ends with. */
  refusalOf(config?: pg.ClientConfig): Promise<pg.DatabaseError>;
  /** Connects as `app`, with a fresh token, to send messages one by one. */
  connectRaw(settings?: Record<string, string>): Promise<RawClient>;
  /** An unencrypted connection. */
  openSocket(): Promise<net.Socket>;
  /** Another emulator in front of the same PostgreSQL. */
  startAnother(options?: Partial<RdsProxyOptions>): Promise<ProxyUnderTest>;
  stop(): Promise<void>;
}

/** @param options over those that every test has */
export async function startProxyUnderTest(options: Partial<RdsProxyOptions> = {}): Promise<ProxyUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'proxy-under-test-'));
  const dataDirectory = join(directory, 'data');
  await copyNewCluster(dataDirectory);
  const [postgres, certificate] = await Promise.all([
    startPostgres({ dataDirectory }),
    loadOrCreateCertificate(directory),
  ]);
  const administrator = new pg.Client({ host: postgres.socketDirectory, user: 'postgres', database: 'postgres' });
  await administrator.connect();
  await administrator.query('create role app login');
  await administrator.query('create role reporter login');
  await administrator.query('create database app owner app');
  await administrator.end();

  const stack = await startOn({ postgres, certificate, ca: await readFile(certificate.caPath, 'utf8') }, options);
  return {
    ...stack,
    async stop() {
      await stack.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Surroundings {
  postgres: LocalPostgres;
  certificate: KeptCertificate;
  ca: string;
}

async function startOn(around: Surroundings, options: Partial<RdsProxyOptions>): Promise<ProxyUnderTest> {
  const { postgres, certificate, ca } = around;
  const credentials = createCredentials();
  const events: RdsProxyEvent[] = [];
  const { secretAccessKey, sessionToken } = credentials;
  const secrets = { 'the secret access key': secretAccessKey, 'the session token': sessionToken };
  const watch = watchForSecrets(() => secrets);
  const proxy = await startRdsProxy({
    hostname: 'localhost',
    port: 0,
    region: REGION,
    certificate,
    upstreamSocketPath: join(postgres.socketDirectory, '.s.PGSQL.5432'),
    principals: [{ credentials, databaseUsers: ['app'] }],
    onEvent: (event) => {
      events.push(event);
      watch.logged('events of the proxy', JSON.stringify(event));
    },
    restartDatabase: () => postgres.restart(),
    ...options,
  });

  const token: ProxyUnderTest['token'] = async (subject = {}) => {
    const { user = 'app', host = 'localhost', port = proxy.port } = subject;
    return new Signer({ hostname: host, port, username: user, region: REGION, credentials }).getAuthToken();
  };
  const createClient = (config: pg.ClientConfig = {}) => {
    const client = new pg.Client({
      host: 'localhost',
      port: proxy.port,
      user: 'app',
      database: 'app',
      password: () => token(),
      ssl: { ca },
      ...config,
    });
    // Sessions that a test breaks on purpose must not end the test run.
    client.on('error', () => {});
    return client;
  };
  return {
    proxy,
    postgres,
    events,
    ca,
    caPath: certificate.caPath,
    credentials,
    token,
    createClient,
    async connect(config) {
      const client = createClient(config);
      await client.connect();
      return client;
    },
    async refusalOf(config) {
      const client = createClient(config);
      try {
        await client.connect();
      } catch (error) {
        watch.answered('refusal of the proxy', JSON.stringify({ ...(error as object), text: String(error) }));
        return error as pg.DatabaseError;
      }
      await client.end();
      throw new Error('The connection was accepted.');
    },
    openSocket() {
      return new Promise((resolve, reject) => {
        const socket = net.connect({ host: '127.0.0.1', port: proxy.port });
        socket.once('connect', () => resolve(socket));
        socket.on('error', reject);
      });
    },
    async connectRaw(settings = {}) {
      const { port } = proxy;
      return connectThroughProxy({ port, ca, token: await token() }, { user: 'app', database: 'app', settings });
    },
    startAnother: (otherOptions = {}) => startOn(around, otherOptions),
    stop: () => proxy.stop(),
  };
}

/** Resolves when the client has lost its connection, whatever it received before. */
export function endOf(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once('end', () => resolve()));
}
