/** The Lambda functions of the schema: bundled, rebuilt on change, and run as their resource.ts defines them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FunctionDefinition } from './amplify/function-definition.js';
import { functionEnvironment, type LocalDatabase } from './function-environment.js';
import { type BuiltFunction, buildFunction } from './lambda/build.js';
import {
  createLocalFunction,
  type FunctionStatistics,
  type LocalFunction,
  type LocalInvocationResult,
} from './lambda/function.js';
import { type InvocationLog, InvocationLogs } from './lambda/invocation-logs.js';
import { LocalStackError } from './local-stack-error.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

export type FunctionDefinitions = Readonly<Record<string, FunctionDefinition>>;

export interface LocalFunctionsOptions {
  /** By the names that the schema uses: `a.handler.function('orders-api')`. */
  definitions: FunctionDefinitions;
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
  /**
   * A line of a function's log as CloudWatch would have it, in order: all that the function writes, and START, END and
   * REPORT around it. @default - not reported
   */
  onLogStream?: (functionName: string, line: string) => void;
  /** How many invocations of one function may run at the same time, each in an environment of its own. @default 4 */
  maxEnvironments?: number;
}

export type BuildEvent = { functionName: string; errors: readonly string[] };

export interface LocalInvocation extends LocalInvocationResult {
  /** Undefined when the function wrote none. */
  log: Promise<InvocationLog | undefined>;
}

export interface HostedFunctionStatistics extends FunctionStatistics {
  /** Whether the function is in the VPC in AWS, and may connect to the database. */
  database: boolean;
}

export interface LocalFunctions {
  /**
   * Gives every function its variables and credentials, and starts one environment of each ahead of time.
   *
   * @param otherCredentials Of the role of functions that may not connect to the database. @default - they have none
   */
  start(access: LocalDatabase, otherCredentials?: LocalCredentials): void;
  /**
   * Takes over what has changed in the definitions: environments that are busy finish their invocation first.
   *
   * @throws LocalStackError when a function does not build that has not built before; nothing has changed then.
   */
  follow(definitions: FunctionDefinitions): Promise<void>;
  /**
   * @param clientContext As Lambda's Invoke takes it, without the Base64. @default - none, as from AppSync
   * @throws FunctionError
   */
  invoke(name: string, event: unknown, clientContext?: unknown): Promise<LocalInvocation>;
  /** Figures of each function, by name. Empty before start(). */
  statistics(): Readonly<Record<string, HostedFunctionStatistics>>;
  /** Ends every environment. */
  stop(): Promise<void>;
  /** Ends the rebuilding. */
  dispose(): Promise<void>;
}

interface Hosted {
  definition: FunctionDefinition;
  directory: string;
  built: BuiltFunction;
  /** Why it has never built; empty when it has. */
  errors: readonly string[];
  running: LocalFunction | undefined;
}

/** @throws LocalStackError when a function does not build. */
export async function buildFunctions(options: LocalFunctionsOptions): Promise<LocalFunctions> {
  const hosted = new Map<string, Hosted>();
  /** Built for definitions that are not followed yet, because another function of them does not build. */
  const candidates = new Map<string, Hosted>();
  const logs = new InvocationLogs();
  const { projectDirectory, watch, maxEnvironments, onLogStream = () => {} } = options;
  let environmentOf: ((definition: FunctionDefinition) => Record<string, string>) | undefined;
  let region = '';

  const prepare = async (name: string, definition: FunctionDefinition): Promise<Hosted> => {
    const known = [hosted.get(name), candidates.get(name)].find((host) => host && isSameBundle(host, definition));
    if (known !== undefined) return known;
    await candidates.get(name)?.built.dispose();
    const usual = join(options.directory, name);
    // Not into the folder of the bundle that serves.
    const directory = hosted.get(name)?.directory === usual ? `${usual}.next` : usual;
    await mkdir(directory, { recursive: true });
    const { entry, runtimeMajor, minify, layerPackages } = definition;
    const onRebuild = (errors: readonly string[]) => {
      if (errors.length === 0) {
        host.errors = [];
        host.running?.replaceEnvironments();
      }
      options.onBuild({ functionName: name, errors });
    };
    const settings = { entry, directory, projectDirectory, watch, runtimeMajor, minify, layerPackages, onRebuild };
    const built = await buildFunction(settings);
    const host: Hosted = { definition, directory, built, errors: built.firstErrors, running: undefined };
    candidates.set(name, host);
    return host;
  };

  const run = (name: string, { definition, directory }: Hosted): LocalFunction | undefined => {
    if (environmentOf === undefined) return undefined;
    const running = createLocalFunction({
      ...configurationOf(definition),
      directory,
      region,
      environment: environmentOf(definition),
      ...(maxEnvironments !== undefined && { maxEnvironments }),
      onLog: (line) => {
        onLogStream(name, line);
        if (!logs.take(line)) options.onLog(name, line);
      },
      onPlatformLog: (line) => onLogStream(name, line),
    });
    void running.warmUp();
    return running;
  };

  const remove = async (name: string) => {
    const host = hosted.get(name);
    hosted.delete(name);
    await Promise.all([host?.running?.stop(), host?.built.dispose()]);
  };

  const takeOver = async (name: string, definition: FunctionDefinition, next: Hosted): Promise<void> => {
    const host = hosted.get(name);
    candidates.delete(name);
    if (host === next && isDeepStrictEqual(host.definition, definition)) return;
    if (host !== next) await host?.built.dispose();
    hosted.set(name, next);
    next.definition = definition;
    next.running = host?.running ?? run(name, next);
    const { directory } = next;
    const environment = environmentOf?.(definition);
    if (environment !== undefined) {
      host?.running?.replaceEnvironments({ ...configurationOf(definition), directory, environment });
    }
  };

  const follow = async (definitions: FunctionDefinitions): Promise<void> => {
    const prepared = await Promise.all(
      Object.entries(definitions).map(async ([name, definition]) => {
        return { name, definition, host: await prepare(name, definition) };
      }),
    );
    const broken = prepared.filter(({ host }) => host.errors.length > 0);
    if (broken.length > 0) {
      const details = broken.flatMap(({ host }) => host.errors.map((error) => `\n  ${error}`)).join('');
      throw new LocalStackError(
        `Does not build: ${broken.map(({ name }) => name).join(', ')}.${details}\n`,
        'Fix it, and start again.',
      );
    }
    await Promise.all([...hosted.keys()].filter((name) => !Object.hasOwn(definitions, name)).map(remove));
    await Promise.all(prepared.map(({ name, definition, host }) => takeOver(name, definition, host)));
  };

  const dispose = async () => {
    await Promise.all([...hosted.values(), ...candidates.values()].map(({ built }) => built.dispose()));
  };

  try {
    await follow(options.definitions);
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    start(access, otherCredentials) {
      region = access.region;
      environmentOf = (definition) => functionEnvironment(definition, access, otherCredentials);
      for (const [name, host] of hosted) host.running = run(name, host);
    },

    follow,

    async invoke(name, event, clientContext) {
      const running = hosted.get(name)?.running;
      if (running === undefined) throw new Error(`There is no function named ${name}.`);
      const result = await running.invoke(event, clientContext);
      return { ...result, log: logs.of(result.requestId) };
    },

    statistics() {
      return Object.fromEntries(
        [...hosted].flatMap(
          ([
            name,
            {
              running,
              definition: { database },
            },
          ]) => (running ? [[name, { ...running.statistics(), database }]] : []),
        ),
      );
    },

    async stop() {
      await Promise.all([...hosted.values()].map((host) => host.running?.stop()));
    },

    dispose,
  };
}

function configurationOf({ name, timeoutSeconds, memoryMB }: FunctionDefinition) {
  return { name, timeoutSeconds, memoryMB };
}

function isSameBundle({ definition }: Hosted, other: FunctionDefinition): boolean {
  const settings = ({ entry, runtimeMajor, minify, layerPackages }: FunctionDefinition) => {
    return { entry, runtimeMajor, minify, layerPackages };
  };
  return isDeepStrictEqual(settings(definition), settings(other));
}
