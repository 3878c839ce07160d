/** The user pool behind HTTP, without the rest of the stack. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppSyncCredentials, createAppSyncCredentials } from '../../../src/appsync/credentials-file.js';
import { createGraphqlEndpoint } from '../../../src/appsync/endpoint.js';
import type { Invoke } from '../../../src/appsync/invocation.js';
import { IdentityPool } from '../../../src/cognito/identity-pool.js';
import { Inbox } from '../../../src/cognito/inbox.js';
import { createUserPoolRoutes } from '../../../src/cognito/routes.js';
import { readUserPoolSettings, type UserPoolSettings } from '../../../src/cognito/settings.js';
import { type LocalUserPool, loadOrCreateUserPool, seedUsers } from '../../../src/cognito/user-pool.js';
import { startWebServer } from '../../../src/web/server.js';

export const REGION = 'eu-west-1';

export interface PoolServer {
  /** Of the user pools API. */
  endpoint: string;
  url: string;
  pool: LocalUserPool;
  inbox: Inbox;
  access: AppSyncCredentials;
  identityPool: IdentityPool;
  /** What a route threw: there is none. */
  failures: unknown[];
  stop(): Promise<void>;
}

interface PoolServerOptions {
  /** What the pool enforces beside what amplify/auth/resource.ts declares. */
  settings?: Partial<UserPoolSettings>;
  /** An API at /graphql whose callers the pool knows. @default - none */
  api?: { sdl: string; invoke: Invoke };
}

export async function startPoolServer({ settings: enforced = {}, api }: PoolServerOptions = {}): Promise<PoolServer> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'pool-server-'));
  const pool = await loadOrCreateUserPool(stateDirectory);
  await seedUsers(pool, [
    { username: 'alice', groups: [] },
    { username: 'carol', groups: ['admins'] },
  ]);
  const declared = readUserPoolSettings({
    loginWith: { email: true },
    multifactor: { mode: 'OPTIONAL', totp: true },
    groups: ['admins'],
  });
  const settings = { ...declared, ...enforced };
  const [inbox, access, failures] = [new Inbox(), createAppSyncCredentials(), [] as unknown[]];
  const server = await startWebServer({
    port: 0,
    routes: [
      ...createUserPoolRoutes({ userPool: pool, settings: () => settings, inbox, access, region: REGION }),
      ...(api === undefined
        ? []
        : [{ path: '/graphql', handle: createGraphqlEndpoint({ ...api, userPool: pool, access, region: REGION }) }]),
    ],
    onError: (error) => failures.push(error),
  });
  return {
    endpoint: `${server.url}/cognito-idp`,
    url: server.url,
    pool,
    inbox,
    access,
    identityPool: new IdentityPool(pool, access.identityPoolSecret),
    failures,
    async stop() {
      await server.stop();
      await rm(stateDirectory, { recursive: true });
    },
  };
}
