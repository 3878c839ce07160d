/** Serves `POST /console/token`: a token for a page of this server, for any user in any groups. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { IssueTokenOptions, LocalUserPool } from '../../cognito/user-pool.js';
import { refuseMethod, sendJson } from '../json.js';
import { readBody } from '../read-body.js';
import { isSameOrigin } from '../same-origin.js';
import { sendText, type WebRoute } from '../server.js';

const BODY_LIMIT_BYTES = 16 * 1024;

/**
 * What Cognito takes as the name of a user or of a group: no spaces, no control characters.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
 */
const name = z.string().regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u, 'expected 1 to 128 characters without spaces');
/** A user of Cognito is in 100 groups at most. */
const tokenRequestSchema = z.object({ user: name, groups: z.array(name).max(100).default([]) }).strict();

/** Answers `{"user": "carol", "groups": ["admins"]}` with `{"token": "…"}`. The token is never logged. */
export function createTokenRoute(userPool: LocalUserPool): WebRoute {
  return {
    path: '/console/token',
    async handle(request, response) {
      if (request.method !== 'POST') return refuseMethod(response, 'POST');
      if (!isSameOrigin(request.headers)) {
        return sendText(response, 403, 'Tokens are for the pages of this server; elsewhere use npm run -s user:token.');
      }
      const asked = await readTokenRequest(request);
      if (typeof asked === 'string') return sendText(response, 400, asked);
      sendJson(response, 200, { token: await userPool.issueToken(asked) });
    },
  };
}

/** A sentence when the body is no such request. */
async function readTokenRequest(request: IncomingMessage): Promise<IssueTokenOptions | string> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return `Send {"user": "alice", "groups": []} as JSON of at most ${BODY_LIMIT_BYTES} bytes.`;
  }
  const parsed = tokenRequestSchema.safeParse(value);
  if (parsed.success) return { username: parsed.data.user, groups: parsed.data.groups };
  return `${parsed.error.issues.map(describeIssue).join('. ')}. Send {"user": "alice", "groups": []}.`;
}

function describeIssue({ path: [field, index], message }: z.ZodIssue): string {
  if (field === 'user') return `User name: ${message}`;
  if (field !== 'groups') return `Body: ${message}`;
  return `${typeof index === 'number' ? `Group ${index + 1}` : 'Groups'}: ${message}`;
}
