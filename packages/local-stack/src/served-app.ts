/** Serves what amplify/ defines, its schema and functions, and what it becomes while it is edited. */
import { isDeepStrictEqual } from 'node:util';
import { type AmplifyApp, readAmplifyApp, watchAmplifyApp } from './amplify/amplify-app.js';
import { findUnknownUserGroups } from './amplify/check-app.js';
import { refuseProblems } from './amplify/problems.js';
import { functionNamesIn } from './appsync/directives.js';
import type { GraphqlEndpoint } from './appsync/endpoint.js';
import type { LocalDatabase } from './function-environment.js';
import {
  buildFunctions,
  type FunctionDefinitions,
  type LocalFunctions,
  type LocalFunctionsOptions,
} from './functions.js';
import type { LocalApp } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

/** What became of a change in amplify/. */
export type AmplifyReport =
  | {
      /** The files whose definitions have changed. They are served. */
      readonly reloaded: readonly string[];
      /** What no longer fits in local.config.ts. */
      readonly warnings: readonly string[];
    }
  /** The version before is served on. */
  | { readonly problem: string };

export interface ServedAppOptions extends Omit<LocalFunctionsOptions, 'definitions' | 'projectDirectory'> {
  readonly app: Pick<LocalApp, 'projectDirectory' | 'users'>;
  /** With `watch`: amplify/ has changed. */
  readonly onReport: (report: AmplifyReport) => void;
}

export interface ServeOptions {
  readonly access: LocalDatabase;
  /** Of the role of functions that may not connect to the database. */
  readonly otherCredentials: LocalCredentials;
  /** Throws when the schema cannot be served. */
  readonly createEndpoint: (sdl: string) => GraphqlEndpoint;
}

export interface ServedApp {
  /** Bundles the functions. Call it once, before `serve`. @throws LocalStackError when one does not build. */
  build(): Promise<LocalFunctions>;
  /** Starts the functions, and answers with them from now on. */
  serve(options: ServeOptions): GraphqlEndpoint;
  /** What is served now. */
  current(): AmplifyApp;
  /** Calls it with what is served now, and with each later version. One at a time. */
  onReload(follow: (app: AmplifyApp) => void): void;
  /** Why a later version is not served; null when it is. */
  problem(): string | null;
  /** Ends the functions and takes no further change. */
  stop(): Promise<void>;
  /** Ends the watching. */
  dispose(): Promise<void>;
}

/** @throws LocalStackError with everything that is wrong in amplify/. */
export async function openApp(options: ServedAppOptions): Promise<ServedApp> {
  const { app, watch, onReport } = options;
  let queue = Promise.resolve();
  /** Saved while the stack starts. */
  let early: AmplifyApp | LocalStackError | undefined;
  let refused: AmplifyApp | undefined;
  let problem: string | null = null;
  let functions: LocalFunctions | undefined;
  let endpoint: GraphqlEndpoint | undefined;
  let createEndpoint: ServeOptions['createEndpoint'] | undefined;
  let stopped = false;
  let follow: (app: AmplifyApp) => void = () => {};

  const refuse = (error: unknown) => {
    problem = error instanceof LocalStackError ? `${error.message} ${error.fix}` : (error as Error).message;
    onReport({ problem });
  };
  const take = async (next: AmplifyApp | LocalStackError): Promise<void> => {
    if (stopped) return;
    if (createEndpoint === undefined || functions === undefined) {
      early = next;
      return;
    }
    refused = undefined;
    if (next instanceof LocalStackError) return refuse(next);
    try {
      const nextEndpoint = createEndpoint(next.sdl);
      await functions.follow(definitionsOf(next));
      const reloaded = changedFiles(current, next);
      endpoint = nextEndpoint;
      current = next;
      follow(next);
      const warnings = findUnknownUserGroups(app.users, next.groups).map(({ message, fix }) => `${message} ${fix}`);
      if (reloaded.length > 0 || problem !== null) onReport({ reloaded, warnings });
      problem = null;
    } catch (error) {
      refused = next;
      refuse(error);
    }
  };
  const enqueue = (next: () => AmplifyApp | LocalStackError | undefined) => {
    queue = queue.then(async () => {
      const version = next();
      if (version !== undefined) await take(version);
    });
    return queue;
  };

  const source = watch
    ? await watchAmplifyApp(app.projectDirectory, (next) => enqueue(() => next))
    : { app: await readAmplifyApp(app.projectDirectory), stop: async () => {} };
  let current = source.app;
  const dispose = async () => {
    stopped = true;
    await Promise.all([source.stop(), queue, functions?.dispose()]);
  };
  try {
    refuseProblems(findUnknownUserGroups(app.users, current.groups));
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    async build() {
      functions = await buildFunctions({
        ...options,
        projectDirectory: app.projectDirectory,
        definitions: definitionsOf(current),
        onBuild(event) {
          options.onBuild(event);
          // It may have been what kept a version from being served.
          if (event.errors.length === 0) void enqueue(() => refused);
        },
      });
      return functions;
    },

    serve({ access, otherCredentials, createEndpoint: create }) {
      const first = create(current.sdl);
      endpoint = first;
      createEndpoint = create;
      functions?.start(access, otherCredentials);
      void enqueue(() => early);
      const latest = () => endpoint ?? first;
      return Object.assign((...request: Parameters<GraphqlEndpoint>) => latest()(...request), {
        authenticate: (...request: Parameters<GraphqlEndpoint['authenticate']>) => latest().authenticate(...request),
        subscribe: (...request: Parameters<GraphqlEndpoint['subscribe']>) => latest().subscribe(...request),
      });
    },

    current: () => current,
    onReload(next) {
      follow = next;
      follow(current);
    },
    problem: () => problem,

    async stop() {
      stopped = true;
      await queue;
      await functions?.stop();
    },

    dispose,
  };
}

/** Those that the schema names: what no field calls is not run. */
function definitionsOf({ sdl, functions }: AmplifyApp): FunctionDefinitions {
  return Object.fromEntries(
    functionNamesIn(sdl).flatMap((name) => {
      const definition = functions[name];
      return definition === undefined ? [] : [[name, definition]];
    }),
  );
}

function changedFiles(before: AmplifyApp, after: AmplifyApp): string[] {
  const files = { sdl: 'amplify/data/schema.ts', functions: 'amplify/functions', userPool: 'amplify/auth/resource.ts' };
  return (['sdl', 'functions', 'userPool'] as const)
    .filter((part) => !isDeepStrictEqual(before[part], after[part]))
    .map((part) => files[part]);
}
