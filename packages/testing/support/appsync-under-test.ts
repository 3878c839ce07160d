/** Serves the AppSync emulator over HTTP, with functions of each test in place of a Lambda. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IamRole } from '@vpc-postgres/local-stack/appsync/caller.js';
import {
  type AppSyncCredentials,
  loadOrCreateAppSyncCredentials,
} from '@vpc-postgres/local-stack/appsync/credentials-file.js';
import { createGraphqlEndpoint, type RequestRecord } from '@vpc-postgres/local-stack/appsync/endpoint.js';
import type { AppSyncEvent } from '@vpc-postgres/local-stack/appsync/event.js';
import { IdentityPool } from '@vpc-postgres/local-stack/cognito/identity-pool.js';
import { type LocalUserPool, loadOrCreateUserPool, subOf } from '@vpc-postgres/local-stack/cognito/user-pool.js';
import type { LocalCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { startWebServer, type WebServer } from '@vpc-postgres/local-stack/web/server.js';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { KnownSecrets } from './secrets/search.js';
import { readStateSecrets } from './secrets/state-secrets.js';
import { watchForSecrets } from './secrets/watch.js';

/** How long a request can take, and the functions of it together. */
export const REQUEST_LIMIT_MILLIS = 200;

export interface GraphqlBody {
  data?: Record<string, unknown> | null;
  errors?: { message: string; errorType?: string; [key: string]: unknown }[];
}

export interface AppSyncResponse {
  status: number;
  body: GraphqlBody;
}

export interface QueryOptions {
  /** @default /graphql */
  path?: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  headers?: Record<string, string>;
}

/**
 * Starts it before a file's tests, stops it after them, and forgets between two what the first one saw.
 * @param schemas SDL by path
 */
export function serveAppSync(schemas: Readonly<Record<string, string>>): AppSyncUnderTest {
  const appsync = new AppSyncUnderTest();
  beforeAll(() => appsync.start(schemas));
  beforeEach(() => appsync.forget());
  afterAll(() => appsync.stop());
  return appsync;
}

export class AppSyncUnderTest {
  /** What a function returns. @default null */
  invoke: (functionName: string, event: AppSyncEvent) => Promise<unknown> = async () => null;
  events: { functionName: string; event: AppSyncEvent }[] = [];
  records: RequestRecord[] = [];
  /** A token of alice, who is in no group, and of carol, who is an admin. */
  alice = '';
  admin = '';
  #started: { directory: string; userPool: LocalUserPool; access: AppSyncCredentials; server: WebServer } | undefined;

  readonly #watch = watchForSecrets(() => this.#secrets);
  #secrets: KnownSecrets | undefined;

  get userPool(): LocalUserPool {
    return this.#parts.userPool;
  }

  get access(): AppSyncCredentials {
    return this.#parts.access;
  }

  get identityPool(): IdentityPool {
    return new IdentityPool(this.userPool, this.access.identityPoolSecret);
  }

  /** Those of alice for a user of the identity pool, and of a new guest. */
  credentialsOf(role: IamRole): LocalCredentials {
    if (role === 'service') return this.access.service;
    const { identityPool } = this;
    const identity = role === 'guest' ? identityPool.createGuest() : identityPool.identityOfUser(subOf('alice'));
    return identityPool.issueCredentials(identity, Date.now());
  }

  /** Holds the files of user pool and access. */
  get stateDirectory(): string {
    return this.#parts.directory;
  }

  get url(): string {
    return this.#parts.server.url;
  }

  /** The event of the one function that was invoked. */
  get theEvent(): { functionName: string; event: AppSyncEvent } {
    const [first, ...more] = this.events;
    if (!first || more.length > 0) throw new Error(`Expected one event, there were ${this.events.length}`);
    return first;
  }

  query(authorization: string, text: string, options: QueryOptions = {}): Promise<AppSyncResponse> {
    const { path = '/graphql', headers, ...rest } = options;
    return this.post(path, { authorization, ...headers }, JSON.stringify({ query: text, ...rest }));
  }

  async post(path: string, headers: Record<string, string>, body: string): Promise<AppSyncResponse> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    this.#watch.answered('response of AppSync', text);
    return { status: response.status, body: JSON.parse(text) as GraphqlBody };
  }

  async start(schemas: Readonly<Record<string, string>>): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), 'appsync-'));
    const userPool = await loadOrCreateUserPool(directory);
    const access = await loadOrCreateAppSyncCredentials(directory);
    const serve = (sdl: string) =>
      createGraphqlEndpoint({
        sdl,
        userPool,
        access,
        region: 'eu-west-1',
        requestLimitMillis: REQUEST_LIMIT_MILLIS,
        onRequest: (record) => {
          this.records.push(record);
          this.#watch.logged('log of AppSync', JSON.stringify(record));
        },
        invoke: async (functionName, event) => {
          this.events.push({ functionName, event });
          return this.invoke(functionName, event);
        },
      });
    const routes = Object.entries(schemas).map(([path, sdl]) => ({ path, handle: serve(sdl) }));
    const server = await startWebServer({ port: 0, routes });
    this.#started = { directory, userPool, access, server };
    this.#secrets = readStateSecrets(directory);
    this.alice = await userPool.issueToken({ username: 'alice' });
    this.admin = await userPool.issueToken({ username: 'carol', groups: ['admins'] });
  }

  forget(): void {
    this.events = [];
    this.records = [];
    this.invoke = async () => null;
  }

  async stop(): Promise<void> {
    await this.#parts.server.stop();
    await rm(this.#parts.directory, { recursive: true });
  }

  get #parts() {
    if (this.#started === undefined) throw new Error('AppSync has not been started.');
    return this.#started;
  }
}
