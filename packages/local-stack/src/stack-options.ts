/** What a local stack is started with, and what a started one offers. */
import type { AmplifyApp } from './amplify/amplify-app.js';
import type { AppSyncCredentials } from './appsync/credentials-file.js';
import type { RequestRecord } from './appsync/endpoint.js';
import type { Inbox, InboxMessage } from './cognito/inbox.js';
import type { LocalUserPool } from './cognito/user-pool.js';
import type { DeployedSettings } from './deployed-settings.js';
import type { LocalDatabase } from './function-environment.js';
import type { BuildEvent, HostedFunctionStatistics } from './functions.js';
import type { LocalApp } from './local-app.js';
import type { MigrationsReport } from './migrations.js';
import type { LocalPostgres } from './postgres/cluster.js';
import type { RdsProxy, RdsProxyEvent, RdsProxyOptions } from './rds-proxy/server.js';
import type { InvocationTrace, RequestStatistics, RequestTrace } from './request-traces.js';
import type { AmplifyReport } from './served-app.js';

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
  /** Of a deployed proxy and database. @default LOCAL_POOL_SETTINGS, and PostgreSQL's own */
  deployed?: DeployedSettings;
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
  /** Of the app's site/. Undefined for an app without one. */
  frontendUrl: string | undefined;
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
