/** Sends JSON responses, and rejects methods that a route does not have. */
import type { ServerResponse } from 'node:http';

/** Never kept by a browser: what it tells is of this moment. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** @param allowed the one method that the path takes */
export function refuseMethod(response: ServerResponse, allowed: string): void {
  response.writeHead(405, { allow: allowed }).end();
}
