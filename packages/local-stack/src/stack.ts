/**
 * Composes the local stack along the path of a request: AppSync, Lambda, RDS Proxy, PostgreSQL. Each part is in a folder
 * of its own; this file starts them in order and stops them in reverse.
 */
import { join, resolve } from 'node:path';
import { allOrStop } from './all-or-stop.js';
import type { AmplifyApp } from './amplify/amplify-app.js';
import { type AppSyncCredentials, loadOrCreateAppSyncCredentials } from './appsync/credentials-file.js';
import { createGraphqlEndpoint, type RequestRecord } from './appsync/endpoint.js';
import { createRealTimeEndpoint, REAL_TIME_PATH } from './appsync/subscriptions/real-time.js';
import { Inbox, type InboxMessage } from './cognito/inbox.js';
import { createUserPoolRoutes } from './cognito/routes.js';
import { type LocalUserPool, loadOrCreateUserPool, seedUsers } from './cognito/user-pool.js';
import { writeConnectionFile } from './connection-file.js';
import { LOCAL_DATABASE, LOCAL_DATABASE_USER, LOCAL_MIGRATOR } from './database.js';
import type { LocalDatabase } from './function-environment.js';
import { FunctionLogs } from './function-logs.js';
import type { BuildEvent, HostedFunctionStatistics } from './functions.js';
import { sendGraphql } from './graphql-client.js';
import type { LocalApp } from './local-app.js';
import { lookFromEachFunction } from './look-from-inside.js';
import type { MigrationsReport } from './migrations.js';
import { createLocalOutputs } from './outputs/local-outputs.js';
import type { LocalPostgres } from './postgres/cluster.js';
import { loadOrCreateCertificate } from './rds-proxy/certificate.js';
import { loadOrCreateCredentials } from './rds-proxy/credentials.js';
import { type RdsProxy, type RdsProxyEvent, type RdsProxyOptions, startRdsProxy } from './rds-proxy/server.js';
import { readApp } from './read-app.js';
import { type InvocationTrace, type RequestStatistics, type RequestTrace, RequestTraces } from './request-traces.js';
import type { AmplifyReport } from './served-app.js';
import { LOCAL_POOL_SETTINGS, startDatabase } from './start-database.js';
import { openStateDirectory } from './state-directory.js';
import { describeStack } from './summary.js';
import { createConsoleRoutes } from './web/console/routes.js';
import { createGraphiqlRoutes } from './web/graphiql/routes.js';
import { createInboxRoutes } from './web/inbox/routes.js';
import { createLookRoutes } from './web/look/routes.js';
import { createProxyRoutes } from './web/proxy/routes.js';
import { startWebServer } from './web/server.js';
import { createSiteRoutes } from './web/site/routes.js';
import { createStackRoutes } from './web/stack/routes.js';

/** Part of every IAM token. Any region does, as long as both sides agree. */
export const LOCAL_REGION = 'eu-west-1';

export interface LocalStackOptions {
  /** What is served. */
  app: LocalApp;
  /** Data, certificates and local credentials. Made when missing. */
  stateDirectory: string;
  /** HTTP port of AppSync and the console page. 0 = any free one. */
  port: number;
  /** TCP port of the RDS Proxy emulator. 0 = any free one. */
  proxyPort: number;
  /**
   * Rebuild functions, reload amplify/ and apply migrations on change, and start even when a migration is broken.
   * @default false
   */
  watch?: boolean;
  /** @default - the app's */
  migrationsFolder?: string;
  /** Concurrent execution environments of each function, 1 or more. @default 4 */
  maxEnvironments?: number;
  /**
   * How long AppSync lets a request run, in milliseconds, the time included that it waits for an execution environment.
   * @default 30_000, AppSync's own limit
   */
  requestLimitMillis?: number;
  /** Starts the RDS Proxy emulator. A test may hand out one that it stops and starts again. @default startRdsProxy */
  startProxy?: (options: RdsProxyOptions) => Promise<RdsProxy>;
  /** Put a few rows into a new data folder. @default false */
  sampleData?: boolean;
  /** Where amplify_outputs.json is written for a frontend, while the stack runs. @default - nowhere */
  outputsDirectory?: string;
  /** A step of the start is done. */
  onProgress?: (step: string) => void;
  onRequest?: (request: RequestRecord, invocations: readonly InvocationTrace[]) => void;
  onBuild?: (event: BuildEvent) => void;
  /** With `watch`: the schema, the functions or the groups of amplify/ have changed, or do not fit together. */
  onAmplify?: (report: AmplifyReport) => void;
  /** With `watch`: migrations were applied, are broken, are mended, or wait. */
  onMigrations?: (report: MigrationsReport) => void;
  onFunctionLog?: (functionName: string, line: string) => void;
  /** A line of a function's log as CloudWatch would have it, with START, END and REPORT. */
  onFunctionLogStream?: (functionName: string, line: string) => void;
  onProxyEvent?: (event: RdsProxyEvent) => void;
  /** What a person must know of amplify_outputs.json: that another was moved aside, or that it cannot be written. */
  onOutputsNote?: (note: string) => void;
  /** The user pool has sent a code: Cognito would send an email. */
  onMessage?: (message: InboxMessage) => void;
  /** A line of PostgreSQL's own log, which quotes rows and values. */
  onPostgresLog?: (line: string) => void;
}

export interface LocalStack {
  /** Of the console page, without a slash at the end. GraphQL is at `${url}/graphql`. */
  url: string;
  proxyPort: number;
  /** Its figures, what pinned, and its fault switches. Stopped by `stop`. */
  proxy: Omit<RdsProxy, 'stop'>;
  userPool: LocalUserPool;
  /** The codes that the user pool has sent. */
  inbox: Inbox;
  postgres: LocalPostgres;
  access: LocalDatabase;
  /** The functions that run at the start. */
  functionNames: readonly string[];
  /** The schema, functions and groups that are served now. */
  amplifyApp(): AmplifyApp;
  /** What opens the API beside a user's token: an API key, IAM credentials. */
  appSyncCredentials: AppSyncCredentials;
  statistics(): {
    appSync: RequestStatistics;
    functions: Readonly<Record<string, HostedFunctionStatistics>>;
    /** Why the files of amplify/ as they are now are not served; null when they are. */
    amplify: { problem: string | null };
  };
  /** The last 100 requests with the milliseconds of each hop, the newest first. */
  recentRequests(): readonly RequestTrace[];
  /** Ends every process and releases every port. The data stays. */
  stop(): Promise<void>;
}

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
    pool: LOCAL_POOL_SETTINGS,
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
        pool: userPool,
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
      ...createInboxRoutes(inbox),
      ...createConsoleRoutes({
        app,
        userPool,
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
    amplifyApp: () => served.current(),
  };
}
