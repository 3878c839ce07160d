/** Serves one file from disk, unchanged. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebRoute } from './server.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * A route that serves `file`. It is read at every request, so that an edited page needs only a reload.
 *
 * @param path where it is served
 * @param file a file of the project or of a package; never made from a request
 */
export function staticFileRoute(path: string, file: URL): WebRoute {
  const contentType = CONTENT_TYPES[extname(fileURLToPath(file))] ?? 'application/octet-stream';
  return {
    path,
    async handle(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return;
      }
      const content = await readFile(file);
      response.writeHead(200, {
        'content-type': contentType,
        'content-length': content.length,
        'cache-control': 'no-cache',
      });
      response.end(request.method === 'HEAD' ? undefined : content);
    },
  };
}
