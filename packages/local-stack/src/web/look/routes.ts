/** Serves `POST /api/look`: what each function sees on its way to the database. For the console page and for scripts. */
import type { FunctionLook } from '@vpc-postgres/lambda/database/look/explain.js';
import { refuseMethod, sendJson } from '../json.js';
import { isSameOrigin } from '../same-origin.js';
import { sendText, type WebRoute } from '../server.js';

export function createLookRoutes(look: () => Promise<readonly FunctionLook[]>): WebRoute[] {
  return [
    {
      path: '/api/look',
      async handle({ method, headers }, response) {
        // It opens connections: no page of another site may do so, and no prefetch.
        if (method !== 'POST') return refuseMethod(response, 'POST');
        const isProgram = headers.origin === undefined && headers['sec-fetch-site'] === undefined;
        if (!isProgram && !isSameOrigin(headers)) {
          return sendText(response, 403, 'A look is for the pages of this server, and for programs that are no page.');
        }
        sendJson(response, 200, { functions: await look() });
      },
    },
  ];
}
