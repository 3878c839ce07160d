/** The Lambda functions of the schema: found by name, bundled, rebuilt on change, and run with the role's credentials. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import { type BuiltFunction, buildFunction } from './lambda/build.js';
import {
  createLocalFunction,
  type FunctionStatistics,
  type LocalFunction,
  type LocalInvocationResult,
} from './lambda/function.js';
import { type InvocationLog, InvocationLogs } from './lambda/invocation-logs.js';
import type { FunctionLimits } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

const DEFAULT_LIMITS: FunctionLimits = { timeoutSeconds: 15, memoryMB: 1024 };

export interface LocalFunctionsOptions {
  /** Names as in `a.handler.function('orders-api')`; the code is in amplify/functions/NAME/handler.ts. */
  names: readonly string[];
  /** Where the bundles go. */
  directory: string;
  /** Root of the project. */
  projectDirectory: string;
  /** As amplify/functions/NAME/resource.ts has them. @default 15 s, 1024 MB */
  limits?: FunctionLimits;
  /** Rebuild on change. */
  watch: boolean;
  /** A function was rebuilt after a change, or could not be. */
  onBuild: (event: BuildEvent) => void;
  /** A line of a function's output that is not the record of one invocation, or that reports an error. */
  onLog: (functionName: string, line: string) => void;
  /**
   * A line of a function's log as CloudWatch would have it, in order: all that the function writes, and START, END and
   * REPORT around it. @default - nobody is told
   */
  onLogStream?: (functionName: string, line: string) => void;
  /** How many invocations of one function may run at the same time, each in an environment of its own. @default 4 */
  maxEnvironments?: number;
}

export type BuildEvent = { functionName: string; errors: readonly string[] };

export interface LocalDatabase {
  host: string;
  port: number;
  database: string;
  user: string;
  region: string;
  credentials: LocalCredentials;
  caPath: string;
}

export interface LocalInvocation extends LocalInvocationResult {
  /** Undefined when the function wrote none. */
  log: Promise<InvocationLog | undefined>;
}

export interface LocalFunctions {
  /** Gives every function its database and credentials, and starts one environment of each ahead of time. */
  start(access: LocalDatabase): void;
  /** @throws FunctionError */
  invoke(name: string, event: unknown): Promise<LocalInvocation>;
  /** Figures of each function, by name. Empty before start(). */
  statistics(): Readonly<Record<string, FunctionStatistics>>;
  /** Ends every environment. */
  stop(): Promise<void>;
  /** Ends the rebuilding. */
  dispose(): Promise<void>;
}

interface Hosted {
  built: BuiltFunction;
  directory: string;
  running: LocalFunction | undefined;
}

/** @throws LocalStackError when a function does not build. */
export async function buildFunctions(options: LocalFunctionsOptions): Promise<LocalFunctions> {
  const hosted = new Map<string, Hosted>();
  const logs = new InvocationLogs();
  const { maxEnvironments, limits = DEFAULT_LIMITS, onLogStream = () => {} } = options;
  const dispose = async () => {
    await Promise.all([...hosted.values()].map((host) => host.built.dispose()));
  };

  await Promise.all(
    options.names.map(async (name) => {
      const directory = join(options.directory, name);
      await mkdir(directory, { recursive: true });
      const { projectDirectory, watch } = options;
      const onRebuild = (errors: readonly string[]) => {
        options.onBuild({ functionName: name, errors });
        if (errors.length === 0) hosted.get(name)?.running?.replaceEnvironments();
      };
      const built = await buildFunction({ name, directory, projectDirectory, watch, onRebuild });
      hosted.set(name, { built, directory, running: undefined });
    }),
  );
  const broken = [...hosted].filter(([, { built }]) => built.firstErrors.length > 0);
  if (broken.length > 0) {
    await dispose();
    const details = broken.flatMap(([, { built }]) => built.firstErrors.map((error) => `\n  ${error}`)).join('');
    throw new LocalStackError(
      `Does not build: ${broken.map(([name]) => name).join(', ')}.${details}\n`,
      'Mend it, and start again.',
    );
  }

  return {
    start(access) {
      for (const [name, host] of hosted) {
        host.running = createLocalFunction({
          name,
          directory: host.directory,
          region: access.region,
          ...limits,
          environment: functionEnvironment(access),
          ...(maxEnvironments !== undefined && { maxEnvironments }),
          onLog: (line) => {
            onLogStream(name, line);
            if (!logs.take(line)) options.onLog(name, line);
          },
          onPlatformLog: (line) => onLogStream(name, line),
        });
        void host.running.warmUp();
      }
    },

    async invoke(name, event) {
      const running = hosted.get(name)?.running;
      if (running === undefined) throw new Error(`There is no function named ${name}.`);
      const result = await running.invoke(event);
      return { ...result, log: logs.of(result.requestId) };
    },

    statistics() {
      const entries = [...hosted].flatMap(([name, { running }]) => (running ? [[name, running.statistics()]] : []));
      return Object.fromEntries(entries);
    },

    async stop() {
      await Promise.all([...hosted.values()].map((host) => host.running?.stop()));
    },

    dispose,
  };
}

/** The variables that packages/backend/src/database sets in AWS, and those that Lambda adds for the function's role. */
export function functionEnvironment({
  host,
  port,
  database,
  user,
  credentials,
  caPath,
}: LocalDatabase): Record<string, string> {
  return {
    [DATABASE_ENVIRONMENT.host]: host,
    [DATABASE_ENVIRONMENT.port]: String(port),
    [DATABASE_ENVIRONMENT.database]: database,
    [DATABASE_ENVIRONMENT.user]: user,
    AMPLIFY_SSM_ENV_CONFIG: '{}',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    // The emulator's CA joins Node's own list, so that the code verifies TLS the same way here and in AWS.
    NODE_EXTRA_CA_CERTS: caPath,
  };
}
