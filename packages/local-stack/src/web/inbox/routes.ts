/** Serves `GET /console/inbox.json`: the codes that the user pool has sent. For the console page, and for tests. */
import type { Inbox } from '../../cognito/inbox.js';
import { refuseMethod, sendJson } from '../json.js';
import { isOfAnotherPage } from '../same-origin.js';
import { sendText, type WebRoute } from '../server.js';

export const INBOX_PATH = '/console/inbox.json';

/** Answers `{"messages": […]}`, the newest first. */
export function createInboxRoutes(inbox: Inbox): WebRoute[] {
  return [
    {
      path: INBOX_PATH,
      handle(request, response) {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        if (isOfAnotherPage(request.headers)) {
          return sendText(response, 403, 'The inbox is for the pages of this server, and for programs without a page.');
        }
        sendJson(response, 200, { messages: inbox.messages() });
      },
    },
  ];
}
