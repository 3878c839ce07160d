/** The Lambda functions of the schema: found by name, bundled, rebuilt on change, and run with the role's credentials. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildContext, build, context, type Message, type OutputFile, type Plugin } from 'esbuild';
import { DATABASE_ENVIRONMENT } from '../database/environment-names.js';
import { bootstrapBuildOptions, functionBuildOptions } from './lambda/bundle.js';
import { createLocalFunction, type LocalFunction, type LocalInvocationResult } from './lambda/function.js';
import { LocalStackError } from './local-stack-error.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

/** As amplify/functions/NAME/resource.ts has them; test/infra/local-parity.test.ts compares. */
export const FUNCTION_LIMITS = { timeoutSeconds: 15, memoryMB: 1024 } as const;

/** How long a log line may lag behind the answer: they come through different pipes. */
const LOG_LAG_MILLIS = 500;

export interface LocalFunctionsOptions {
  /** Names as in `a.handler.function('orders-api')`; the code is in amplify/functions/NAME/handler.ts. */
  names: readonly string[];
  /** Where the bundles go. */
  directory: string;
  /** Root of the project. */
  projectDirectory: string;
  /** Rebuild on change. */
  watch: boolean;
  /** A function was rebuilt after a change, or could not be. */
  onBuild: (event: BuildEvent) => void;
  /** A line of a function's output that is not the record of one invocation, or that reports an error. */
  onLog: (functionName: string, line: string) => void;
}

export type BuildEvent = { functionName: string; errors: readonly string[] };

export interface DatabaseAccess {
  host: string;
  port: number;
  database: string;
  user: string;
  region: string;
  credentials: LocalCredentials;
  caPath: string;
}

/** What the function itself says of one invocation (src/graphql/resolver.ts). */
export interface InvocationLog {
  connection: 'new' | 'reused' | 'none';
  durationMillis: number;
  connectMillis: number;
  queryMillis: number;
  rows: number;
}

export interface LocalInvocation extends LocalInvocationResult {
  /** Undefined when the function wrote none. */
  log: Promise<InvocationLog | undefined>;
}

export interface LocalFunctions {
  /** Gives every function its database and credentials, and starts one environment of each ahead of time. */
  start(access: DatabaseAccess): void;
  /** @throws FunctionError */
  invoke(name: string, event: unknown): Promise<LocalInvocation>;
  /** Ends every environment. */
  stop(): Promise<void>;
  /** Ends the rebuilding. */
  dispose(): Promise<void>;
}

interface Hosted {
  build: BuildContext;
  directory: string;
  running: LocalFunction | undefined;
  errors: readonly Message[];
}

/** @throws LocalStackError when a function does not build. */
export async function buildFunctions(options: LocalFunctionsOptions): Promise<LocalFunctions> {
  const hosted = new Map<string, Hosted>();
  const logs = new InvocationLogs();
  const dispose = async () => {
    await Promise.all([...hosted.values()].map((host) => host.build.dispose()));
  };

  await Promise.all(
    options.names.map(async (name) => {
      const directory = join(options.directory, name);
      await mkdir(directory, { recursive: true });
      const onRebuild = (errors: readonly Message[]) => {
        options.onBuild({ functionName: name, errors: errors.map(describeBuildError) });
        if (errors.length === 0) hosted.get(name)?.running?.replaceEnvironments();
      };
      const { context: esbuild, firstErrors } = await buildFunction(name, directory, options, onRebuild);
      hosted.set(name, { build: esbuild, directory, running: undefined, errors: firstErrors });
    }),
  );
  const broken = [...hosted].filter(([, { errors }]) => errors.length > 0);
  if (broken.length > 0) {
    await dispose();
    const details = broken
      .flatMap(([, { errors }]) => errors.map((error) => `\n  ${describeBuildError(error)}`))
      .join('');
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
          ...FUNCTION_LIMITS,
          environment: functionEnvironment(access),
          onLog: (line) => {
            if (!logs.take(line)) options.onLog(name, line);
          },
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

    async stop() {
      await Promise.all([...hosted.values()].map((host) => host.running?.stop()));
    },

    dispose,
  };
}

/** Resolves after the first build, whether it went well or not. */
async function buildFunction(
  name: string,
  directory: string,
  { projectDirectory, watch }: LocalFunctionsOptions,
  onRebuild: (errors: readonly Message[]) => void,
): Promise<{ context: BuildContext; firstErrors: readonly Message[] }> {
  let onEnd: (errors: readonly Message[]) => void = () => {};
  const firstBuild = new Promise<readonly Message[]>((resolve) => {
    onEnd = resolve;
  });
  const report: Plugin = {
    name: 'report',
    setup: (esbuild) =>
      esbuild.onEnd(async ({ errors, outputFiles = [] }) => {
        if (errors.length === 0) await Promise.all(outputFiles.map(replaceFile));
        onEnd(errors);
      }),
  };
  const entry = join(projectDirectory, 'amplify/functions', name, 'handler.ts');
  const esbuild = await context({
    ...functionBuildOptions(entry, directory),
    absWorkingDir: projectDirectory,
    plugins: [report],
    // Left to itself, esbuild deletes the last good bundle when a change does not build.
    write: false,
  });
  if (watch) await esbuild.watch();
  // Its errors come through onEnd as well.
  else void esbuild.rebuild().catch(() => {});
  const [firstErrors] = await Promise.all([firstBuild, build(bootstrapBuildOptions(directory))]);
  onEnd = onRebuild;
  return { context: esbuild, firstErrors };
}

/** At once, so that an environment that starts meanwhile reads the old file or the new one. */
async function replaceFile({ path, contents }: OutputFile): Promise<void> {
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}

/** The variables that amplify/database sets in AWS, and those that Lambda adds for the function's role. */
function functionEnvironment({
  host,
  port,
  database,
  user,
  credentials,
  caPath,
}: DatabaseAccess): Record<string, string> {
  return {
    [DATABASE_ENVIRONMENT.host]: host,
    [DATABASE_ENVIRONMENT.port]: String(port),
    [DATABASE_ENVIRONMENT.database]: database,
    [DATABASE_ENVIRONMENT.user]: user,
    AMPLIFY_SSM_ENV_CONFIG: '{}',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    // The stand-in's CA joins Node's own list, so that the code verifies TLS the same way here and in AWS.
    NODE_EXTRA_CA_CERTS: caPath,
  };
}

function describeBuildError({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/** Brings each invocation together with the log line that the function wrote about it. */
class InvocationLogs {
  readonly #arrived = new Map<string, InvocationLog>();
  readonly #awaited = new Map<string, (log: InvocationLog) => void>();

  /** True when the line needs no further attention: it is the record of an invocation that was not our fault. */
  take(line: string): boolean {
    const record = parseRecord(line);
    if (record === undefined) return false;
    const awaited = this.#awaited.get(record.requestId);
    if (awaited !== undefined) awaited(record);
    else this.#arrived.set(record.requestId, record);
    return record.level !== 'error';
  }

  of(requestId: string): Promise<InvocationLog | undefined> {
    const arrived = this.#arrived.get(requestId);
    this.#arrived.delete(requestId);
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => {
      const settle = (log: InvocationLog | undefined) => {
        clearTimeout(timer);
        this.#awaited.delete(requestId);
        resolve(log);
      };
      const timer = setTimeout(settle, LOG_LAG_MILLIS, undefined);
      timer.unref();
      this.#awaited.set(requestId, settle);
    });
  }
}

function parseRecord(line: string): (InvocationLog & { requestId: string; level: string }) | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('requestId' in value)) return undefined;
    return value as InvocationLog & { requestId: string; level: string };
  } catch {
    return undefined;
  }
}
