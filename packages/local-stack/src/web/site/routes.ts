/**
 * Serves the app's frontend at /app/ with hot reload: by the Vite of the folder site/, which is loaded at the first request, so
 * that `npm start` does not wait for it. An app without site/ has no such page.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AmplifyOutputs } from '../../outputs/amplify-outputs.js';
import { sendJson } from '../json.js';
import type { UpgradeRoute, WebRoute } from '../server.js';

/** The frontend's own: no package of the local stack has it. */
const VITE = 'vite';

/** Where the frontend is served, with its slash. */
export const SITE_PATH = '/app/';

export interface SiteOptions {
  /** Root of the app. */
  projectDirectory: string;
  /** Vite keeps there what it has made of the packages. */
  stateDirectory: string;
  /** What the frontend configures Amplify's library with. */
  outputs: () => Promise<AmplifyOutputs>;
}

export interface SiteRoutes {
  routes: readonly WebRoute[];
  upgrades: readonly UpgradeRoute[];
  stop(): Promise<void>;
}

/** The part of Vite that is used. The package is the frontend's own dependency, and none of this one's. */
interface Vite {
  createServer(options: object): Promise<ViteServer>;
}
interface ViteOptions {
  root: string;
  stateDirectory: string;
  relay: Server;
  nonce: string;
}
interface ViteServer {
  middlewares(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  close(): Promise<void>;
}

/** Undefined for an app without site/vite.config.ts. */
export function createSiteRoutes({ projectDirectory, stateDirectory, outputs }: SiteOptions): SiteRoutes | undefined {
  const root = join(projectDirectory, 'site');
  if (!existsSync(join(root, 'vite.config.ts'))) return undefined;
  /** Never listens: what Vite waits for on it is passed on from the server of the stack. */
  const relay = createServer();
  const nonce = randomUUID();
  let vite: Promise<ViteServer> | undefined;

  const handle: WebRoute['handle'] = async (request, response) => {
    vite ??= startVite({ root, stateDirectory, relay, nonce });
    const { middlewares } = await vite;
    response.setHeader('content-security-policy', contentSecurityPolicy(nonce));
    await new Promise<void>((resolve, reject) => {
      response.once('close', resolve);
      middlewares(request, response, (error) => {
        if (error !== undefined) return reject(error);
        response.writeHead(404, { 'content-type': 'text/plain' }).end(`There is nothing at ${request.url}.\n`);
      });
    });
  };
  return {
    routes: [
      {
        path: '/app',
        handle: (_, response) => {
          response.writeHead(302, { location: SITE_PATH }).end();
        },
      },
      {
        path: `${SITE_PATH}amplify_outputs.json`,
        handle: async (_, response) => sendJson(response, 200, await outputs()),
      },
      { path: `${SITE_PATH}*`, handle },
    ],
    upgrades: [{ path: SITE_PATH, handle: (...handshake) => void relay.emit('upgrade', ...handshake) }],
    async stop() {
      await (await vite?.catch(() => undefined))?.close();
    },
  };
}

async function startVite({ root, stateDirectory, relay, nonce }: ViteOptions): Promise<ViteServer> {
  const require = createRequire(join(root, 'package.json'));
  const { createServer: create }: Vite = await import(pathToFileURL(require.resolve(VITE)).href);
  const cacheDir = join(stateDirectory, 'vite');
  // Not the whole folder of the app: in .local/ are keys.
  const packages = (require.resolve.paths(VITE) ?? []).filter((path) => path.endsWith('node_modules'));
  const allow = [root, join(cacheDir, 'deps'), ...packages];
  return create({
    root,
    base: SITE_PATH,
    cacheDir,
    logLevel: 'warn',
    html: { cspNonce: nonce },
    server: { middlewareMode: true, hmr: { server: relay }, cors: false, fs: { strict: true, allow } },
  });
}

/** As for every page of this server, with Vite's own scripts and styles, which have the nonce. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
