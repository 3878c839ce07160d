/** Builds the frontend of a clone and serves it on a port of its own, as Amplify Hosting does: another origin than the API's. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AdopterProject } from './adopter-project.js';

export interface BuiltSite {
  readonly url: string;
  /** What a browser loads before the page can be used, compressed. */
  firstLoadBytes(): Promise<number>;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

export async function buildSite(project: AdopterProject): Promise<BuiltSite> {
  const { status, output } = project.run('npm', 'run', '--silent', 'build', '-w', 'site');
  if (status !== 0) throw new Error(output);
  const dist = join(project.folder, 'site/dist');
  const server = createServer(async ({ url = '/' }, response) => {
    const path = normalize(new URL(url, 'http://localhost').pathname.replace(/\/$/, '/index.html'));
    const content = await readFile(join(dist, path)).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async firstLoadBytes() {
      const page = await readFile(join(dist, 'index.html'), 'utf8');
      const files = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = '']) => file);
      const contents = await Promise.all(['index.html', ...files].map((file) => readFile(join(dist, file))));
      return contents.reduce((sum, content) => sum + gzipSync(content).length, 0);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
