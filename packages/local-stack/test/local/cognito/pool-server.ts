/** The user pool behind HTTP, without the rest of the stack. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppSyncCredentials, createAppSyncCredentials } from '../../../src/appsync/credentials-file.js';
import { Inbox } from '../../../src/cognito/inbox.js';
import { createUserPoolRoutes } from '../../../src/cognito/routes.js';
import { readUserPoolSettings } from '../../../src/cognito/settings.js';
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
  /** What a route threw: there is none. */
  failures: unknown[];
  stop(): Promise<void>;
}

export async function startPoolServer(): Promise<PoolServer> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'pool-server-'));
  const pool = await loadOrCreateUserPool(stateDirectory);
  await seedUsers(pool, [
    { username: 'alice', groups: [] },
    { username: 'carol', groups: ['admins'] },
  ]);
  const settings = readUserPoolSettings({
    loginWith: { email: true },
    multifactor: { mode: 'OPTIONAL', totp: true },
    groups: ['admins'],
  });
  const [inbox, access, failures] = [new Inbox(), createAppSyncCredentials(), [] as unknown[]];
  const server = await startWebServer({
    port: 0,
    routes: createUserPoolRoutes({ userPool: pool, settings: () => settings, inbox, access, region: REGION }),
    onError: (error) => failures.push(error),
  });
  return {
    endpoint: `${server.url}/cognito-idp`,
    url: server.url,
    pool,
    inbox,
    access,
    failures,
    async stop() {
      await server.stop();
      await rm(stateDirectory, { recursive: true });
    },
  };
}
