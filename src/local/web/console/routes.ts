/** Owns the start page at `/`: its files, what it shows of the stack, and the tokens it queries with. */
import type { LocalUserPool } from '../../cognito/user-pool.js';
import type { WebRoute } from '../server.js';
import { staticFileRoute } from '../static-file.js';
import { DEMO_USERS } from './demo-users.js';
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
  /** Issues the tokens of the demo users. */
  userPool: LocalUserPool;
  /** Asked at each view, because a port may be known only once the server listens. */
  describeStack: () => StackDescription;
}

/** The page's own files, by the path they are served at. */
const PAGE_FILES = {
  '/': 'page.html',
  '/console/page.css': 'page.css',
  '/console/page.js': 'page.js',
  '/console/api.js': 'api.js',
  '/console/dom.js': 'dom.js',
  '/console/orders.js': 'orders.js',
  '/console/query.js': 'query.js',
  '/console/stack.js': 'stack.js',
  '/console/icon.svg': 'icon.svg',
};

export function createConsoleRoutes({ userPool, describeStack }: ConsoleOptions): WebRoute[] {
  return [
    ...Object.entries(PAGE_FILES).map(([path, file]) => staticFileRoute(path, new URL(file, import.meta.url))),
    createTokenRoute(userPool),
    {
      path: '/console/stack.json',
      handle(_, response) {
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(JSON.stringify({ ...describeStack(), users: DEMO_USERS }));
      },
    },
  ];
}
