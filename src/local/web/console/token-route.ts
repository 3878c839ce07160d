/** Owns `POST /console/token`: a token for a page of this server, for one of the demo users. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalUserPool } from '../../cognito/user-pool.js';
import { readBody } from '../read-body.js';
import { isSameOrigin } from '../same-origin.js';
import { sendText, type WebRoute } from '../server.js';
import { DEMO_USERS } from './demo-users.js';

const BODY_LIMIT_BYTES = 1024;

/** Answers `{"user": "alice"}` with `{"token": "…"}`. The token is never logged. */
export function createTokenRoute(userPool: LocalUserPool): WebRoute {
  return {
    path: '/console/token',
    async handle(request, response) {
      if (request.method !== 'POST') {
        response.writeHead(405, { allow: 'POST' }).end();
        return;
      }
      if (!isSameOrigin(request.headers)) {
        return sendText(response, 403, 'Tokens are for the pages of this server; elsewhere use npm run -s user:token.');
      }
      const user = await readDemoUser(request);
      if (user === undefined) {
        const names = DEMO_USERS.map(({ username }) => username).join(', ');
        return sendText(response, 400, `Send {"user": …} as JSON, with one of: ${names}.`);
      }
      sendToken(response, await userPool.issueToken(user));
    },
  };
}

function sendToken(response: ServerResponse, token: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ token }));
}

async function readDemoUser(request: IncomingMessage): Promise<(typeof DEMO_USERS)[number] | undefined> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  try {
    const name = JSON.parse(body?.toString('utf8') ?? '')?.user;
    return DEMO_USERS.find(({ username }) => username === name);
  } catch {
    return undefined;
  }
}
