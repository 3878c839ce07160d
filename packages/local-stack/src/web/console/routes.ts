/** Serves the console page at `/`: its files, what it shows of the stack, and the tokens it queries with. */
import { readdirSync } from 'node:fs';
import type { LocalUserPool } from '../../cognito/user-pool.js';
import type { LocalApp } from '../../local-app.js';
import { sendJson } from '../json.js';
import type { WebRoute } from '../server.js';
import { staticFileRoute } from '../static-file.js';
import { createTokenRoute } from './token-route.js';

/** One hop of the path that a request takes. */
export interface StackPart {
  /** As AWS calls it: "RDS Proxy". */
  name: string;
  /** One short sentence: what stands in for it here. */
  detail: string;
  /** Where it listens or is found: "localhost:6432". */
  address: string;
}

/** A command line that the page offers for copying. */
export interface StackCommand {
  /** What it does: "psql through the proxy". */
  name: string;
  command: string;
}

/** What the page tells of the stack. */
export interface StackDescription {
  /** In the order in which a request passes them. */
  parts: readonly StackPart[];
  commands: readonly StackCommand[];
}

export interface ConsoleOptions {
  app: Pick<LocalApp, 'users' | 'operations'>;
  /** Issues the tokens that the page queries with. */
  userPool: LocalUserPool;
  /** Asked at each view, because a port may be known only once the server listens. */
  describeStack: () => StackDescription;
  /** Whether the app has a page of its own, at /app/. */
  hasFrontend: boolean;
}

/** The page, with every file that it loads; page.html is `/`. */
const PAGE_DIRECTORY = new URL('page/', import.meta.url);

export function createConsoleRoutes({
  app: { users, operations },
  userPool,
  describeStack,
  hasFrontend,
}: ConsoleOptions): WebRoute[] {
  return [
    ...readdirSync(PAGE_DIRECTORY).map((file) =>
      staticFileRoute(file === 'page.html' ? '/' : `/console/${file}`, new URL(file, PAGE_DIRECTORY)),
    ),
    createTokenRoute(userPool),
    {
      path: '/console/stack.json',
      handle: (_, response) => sendJson(response, 200, { ...describeStack(), users, operations, hasFrontend }),
    },
  ];
}
