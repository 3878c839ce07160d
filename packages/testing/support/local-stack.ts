/** The real local stack in a throwaway folder, on free ports, and clients of its API. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Signer } from '@aws-sdk/rds-signer';
import { LOCAL_DATABASE } from '@vpc-postgres/local-stack/database.js';
import type { LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { startLocalStack } from '@vpc-postgres/local-stack/stack.js';
import type { LocalStack, LocalStackOptions } from '@vpc-postgres/local-stack/stack-options.js';
import pg from 'pg';
import { localApp } from '../app/local.config.js';
import type { KnownSecrets } from './secrets/search.js';
import { readStateSecrets } from './secrets/state-secrets.js';
import { watchForSecrets } from './secrets/watch.js';

/** The benchmarks start a stack without vitest, and without the time that a search takes. */
const isTest = process.env.VITEST !== undefined;
const copyCluster = isTest ? (await import('./new-cluster/copy.js')).copyBootstrappedCluster : async () => {};

export interface GraphqlResponse {
  status: number;
  data: Record<string, unknown> | null;
  errors: { errorType: string; message: string; errorInfo?: { problems?: { field: string }[] } }[];
}

export interface TestStack extends LocalStack {
  stateDirectory: string;
  /** What the functions and the proxy wrote while the test ran. */
  output: string[];
  /** Connects past the proxy, as a superuser. The test must end it. */
  connectSuperuser(): Promise<pg.Client>;
  /** Sends one GraphQL request as a user of the local pool. */
  ask(
    username: string,
    query: string,
    variables?: Record<string, unknown>,
    groups?: string[],
  ): Promise<GraphqlResponse>;
}

export async function startTestStack(options: Partial<LocalStackOptions> = {}): Promise<TestStack> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'test-stack-'));
  const output: string[] = [];
  let secrets: KnownSecrets | undefined;
  const watch = isTest ? watchForSecrets(() => secrets) : undefined;
  await copyCluster(join(stateDirectory, 'data'));
  const removeState = () => rm(stateDirectory, { recursive: true, force: true });
  const stack = await startLocalStack({
    app: localApp,
    stateDirectory,
    port: 0,
    proxyPort: 0,
    ...options,
    onFunctionLog: (name, line) => {
      output.push(`${name} ${line}`);
      options.onFunctionLog?.(name, line);
    },
    onProxyEvent: (event) => {
      output.push(JSON.stringify(event));
      watch?.logged('events of the proxy', JSON.stringify(event));
      options.onProxyEvent?.(event);
    },
    onRequest: (request, invocations) => {
      output.push(JSON.stringify(request));
      watch?.logged('log of AppSync', JSON.stringify(request));
      options.onRequest?.(request, invocations);
    },
    onFunctionLogStream: (name, line) => {
      watch?.logged(`log of ${name}`, line);
      options.onFunctionLogStream?.(name, line);
    },
  }).catch(async (error) => {
    await removeState();
    throw error;
  });
  secrets = readStateSecrets(stateDirectory);
  return {
    ...stack,
    stateDirectory,
    output,

    async connectSuperuser() {
      const client = new pg.Client({
        host: stack.postgres.socketDirectory,
        user: 'postgres',
        database: LOCAL_DATABASE,
      });
      await client.connect();
      return client;
    },

    async ask(username, query, variables = {}, groups = []) {
      const response = await fetch(`${stack.url}/graphql`, {
        method: 'POST',
        headers: { authorization: await stack.userPool.issueToken({ username, groups }) },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      watch?.answered('answer of AppSync', text);
      const { data = null, errors = [] } = JSON.parse(text) as Partial<GraphqlResponse>;
      return { status: response.status, data, errors };
    },

    async stop() {
      await stack.stop();
      await removeState();
    },
  };
}

/**
 * Logs in as a person with psql does: past the function, over TLS, with a fresh token. To be ended by the caller.
 * @param port of a relay before the proxy, whose token is still the proxy's
 */
export async function connectThroughProxy(access: LocalDatabase, port = access.port): Promise<pg.Client> {
  const { host, user, database, region, credentials, caPath } = access;
  const signer = new Signer({ hostname: host, port: access.port, username: user, region, credentials });
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    password: await signer.getAuthToken(),
    ssl: { ca: await readFile(caPath, 'utf8') },
  });
  await client.connect();
  return client;
}
