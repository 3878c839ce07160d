/**
 * Composes the local stack along the path of a request: AppSync, Lambda, RDS Proxy, PostgreSQL. Each part is in a folder
 * of its own; this file starts them in order and stops them in reverse.
 */
import { join, resolve } from 'node:path';
import { allOrStop } from './all-or-stop.js';
import { loadOrCreateAppSyncCredentials } from './appsync/credentials-file.js';
import { createGraphqlEndpoint } from './appsync/endpoint.js';
import { createRealTimeEndpoint, REAL_TIME_PATH } from './appsync/subscriptions/real-time.js';
import { Inbox } from './cognito/inbox.js';
import { createUserPoolRoutes } from './cognito/routes.js';
import { loadOrCreateUserPool, seedUsers } from './cognito/user-pool.js';
import { writeConnectionFile } from './connection-file.js';
import { LOCAL_DATABASE, LOCAL_DATABASE_USER, LOCAL_MIGRATOR } from './database.js';
import type { LocalDatabase } from './function-environment.js';
import { FunctionLogs } from './function-logs.js';
import { sendGraphql } from './graphql-client.js';
import { lookFromEachFunction } from './look-from-inside.js';
import { createLocalOutputs } from './outputs/local-outputs.js';
import { loadOrCreateCertificate } from './rds-proxy/certificate.js';
import { loadOrCreateCredentials } from './rds-proxy/credentials.js';
import { startRdsProxy } from './rds-proxy/server.js';
import { readApp } from './read-app.js';
import { RequestTraces } from './request-traces.js';
import type { LocalStack, LocalStackOptions } from './stack-options.js';
import { LOCAL_POOL_SETTINGS, startDatabase } from './start-database.js';
import { openStateDirectory } from './state-directory.js';
import { describeStack } from './summary.js';
import { createConsoleRoutes } from './web/console/routes.js';
import { createGraphiqlRoutes } from './web/graphiql/routes.js';
import { createLookRoutes } from './web/look/routes.js';
import { createProxyRoutes } from './web/proxy/routes.js';
import { startWebServer } from './web/server.js';
import { createSiteRoutes, SITE_PATH } from './web/site/routes.js';
import { createStackRoutes } from './web/stack/routes.js';

/** Part of every IAM token. Any region does, as long as both sides agree. */
export const LOCAL_REGION = 'eu-west-1';

/** @throws LocalStackError, MigrationError. Whatever had started by then has been stopped again. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return { ...(await startParts(options, (stopPart) => stops.push(stopPart))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: LocalStackOptions,
  onStop: (stopPart: () => Promise<void>) => void,
): Promise<Omit<LocalStack, 'stop'>> {
  const { app, onProgress = () => {}, startProxy = startRdsProxy, requestLimitMillis } = options;
  const stateDirectory = resolve(options.stateDirectory);
  const state = await openStateDirectory(stateDirectory);
  onStop(() => state.release());

  const logs = new FunctionLogs();
  const { served, functionNames } = await readApp(stateDirectory, options, logs);
  onStop(() => served.dispose());
  const [database, functions, certificate, credentials, otherCredentials, migratorCredentials, ...users] =
    await allOrStop(
      startDatabase(stateDirectory, options, onStop, onProgress),
      served.build(),
      loadOrCreateCertificate(stateDirectory),
      loadOrCreateCredentials(stateDirectory),
      // Of functions outside the VPC: the proxy knows nothing of them.
      loadOrCreateCredentials(stateDirectory, 'other-credentials.json'),
      loadOrCreateCredentials(stateDirectory, 'migrator-credentials.json'),
      loadOrCreateUserPool(stateDirectory),
      loadOrCreateAppSyncCredentials(stateDirectory),
    );

  const [userPool, appSyncCredentials] = users;
  await seedUsers(userPool, app.users);
  const inbox = new Inbox(options.onMessage);
  onProgress(`Lambda bundle built: ${functionNames().join(', ')}`);
  const { postgres, isMigrated } = database;
  const proxy = await startProxy({
    hostname: 'localhost',
    port: options.proxyPort,
    region: LOCAL_REGION,
    certificate,
    upstreamSocketPath: join(postgres.socketDirectory, '.s.PGSQL.5432'),
    // Each role may connect as one user, as in AWS.
    principals: [
      { credentials, databaseUsers: [LOCAL_DATABASE_USER] },
      { credentials: migratorCredentials, databaseUsers: [LOCAL_MIGRATOR] },
    ],
    pool: { ...LOCAL_POOL_SETTINGS, ...options.deployed?.pool },
    admission: { databaseUsers: [LOCAL_DATABASE_USER, LOCAL_MIGRATOR] },
    restartDatabase: () => postgres.restart(),
    ...(options.onProxyEvent && { onEvent: options.onProxyEvent }),
  });
  onStop(() => proxy.stop());
  onProgress(`RDS Proxy emulator listens on localhost:${proxy.port}`);

  const access: LocalDatabase = {
    host: 'localhost',
    port: proxy.port,
    database: LOCAL_DATABASE,
    user: LOCAL_DATABASE_USER,
    region: LOCAL_REGION,
    credentials,
    caPath: certificate.caPath,
  };
  const migrator = { user: LOCAL_MIGRATOR, credentials: migratorCredentials };
  await writeConnectionFile(stateDirectory, access, migrator);
  const { migrationsFolder = app.migrationsFolder } = options;
  const traces = new RequestTraces();
  onStop(() => served.stop());
  const graphql = served.serve({
    access,
    otherCredentials,
    createEndpoint: (sdl) =>
      createGraphqlEndpoint({
        sdl,
        userPool,
        access: appSyncCredentials,
        region: LOCAL_REGION,
        ...(requestLimitMillis !== undefined && { requestLimitMillis }),
        async invoke(name, event) {
          const { payload } = await traces.invoke(name, event.fieldName, () => functions.invoke(name, event));
          return payload;
        },
        onRequest(request) {
          const invocations = traces.finish(request);
          options.onRequest?.(request, invocations);
        },
        onMutation: (fieldName, result) => realTime.publish(fieldName, result),
      }),
  });
  const realTime = createRealTimeEndpoint({
    authenticate: graphql.authenticate,
    subscribe: (...request) => traces.run(() => graphql.subscribe(...request)),
  });
  const observed = {
    statistics: () => ({
      appSync: traces.statistics(),
      functions: functions.statistics(),
      amplify: { problem: served.problem() },
    }),
    recentRequests: () => traces.recent(),
    logsOf: (requestId: string) => logs.of(requestId),
    proxy,
  };
  const site = createSiteRoutes({ ...app, stateDirectory, outputs: () => outputs.current() });
  onStop(async () => site?.stop());
  const web = await startWebServer({
    port: options.port,
    routes: [
      { path: '/graphql', handle: (request, response) => traces.run(() => graphql(request, response)) },
      ...createUserPoolRoutes({
        userPool,
        settings: () => served.current().userPool,
        inbox,
        access: appSyncCredentials,
        region: LOCAL_REGION,
      }),
      ...(site?.routes ?? []),
      ...createGraphiqlRoutes(),
      ...createProxyRoutes(proxy),
      ...createStackRoutes(observed, new Date()),
      ...createLookRoutes(() => lookFromEachFunction({ functions, access, migrator, migrationsFolder })),
      ...createConsoleRoutes({
        app,
        userPool,
        hasFrontend: site !== undefined,
        describeStack: () =>
          describeStack({ app, url: web.url, access, stateDirectory, postgres, functionNames: functionNames() }),
      }),
    ],
    upgrades: [{ path: REAL_TIME_PATH, handle: realTime.upgrade }, ...(site?.upgrades ?? [])],
  });
  onStop(() => web.stop());
  onStop(() => realTime.stop());
  onProgress(`AppSync emulator listens on ${web.url}/graphql`);
  const frontend = { url: web.url, region: LOCAL_REGION, userPool, apiKey: appSyncCredentials.apiKey, stateDirectory };
  const outputs = createLocalOutputs({ ...options, ...frontend });
  onStop(() => outputs.stop());
  served.onReload(outputs.follow);

  if (options.sampleData && postgres.createdCluster && isMigrated) {
    for (const { username, request } of app.newData) await sendGraphql(web.url, userPool, username, request);
  }
  return {
    url: web.url,
    proxyPort: proxy.port,
    ...observed,
    userPool,
    inbox,
    appSyncCredentials,
    postgres,
    access,
    functionNames: functionNames(),
    frontendUrl: site && `${web.url}${SITE_PATH}`,
    amplifyApp: () => served.current(),
  };
}
