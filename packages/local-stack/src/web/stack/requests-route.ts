/** Serves `GET /api/requests`: the last requests with the log lines of their functions, for scripts and coding agents. */
import { z } from 'zod';
import type { RequestTrace } from '../../request-traces.js';
import { refuseMethod, sendJson } from '../json.js';
import type { WebRoute } from '../server.js';

export interface ObservedRequests {
  /** The newest first. */
  recentRequests(): readonly RequestTrace[];
  /** The log lines of one invocation. */
  logsOf(requestId: string): readonly string[];
}

const querySchema = z
  .object({
    /** Only those with an error in their response. */
    errors: z.enum(['', 'true']).optional(),
    /** The header x-amzn-RequestId of a response, or `errorInfo.requestId` of an error. */
    requestId: z.string().min(1).optional(),
    /** 1..100. @default 20 */
    limit: z.coerce.number().int().min(1).max(100).default(20),
  })
  .strict();

export function createRequestsRoute({ recentRequests, logsOf }: ObservedRequests): WebRoute {
  return {
    path: '/api/requests',
    handle(request, response) {
      if (request.method !== 'GET') return refuseMethod(response, 'GET');
      const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const query = querySchema.safeParse(Object.fromEntries(searchParams));
      if (!query.success) {
        const problems = query.error.issues.map(({ path, message }) => `${path.join('.') || 'query'}: ${message}`);
        return sendJson(response, 400, { problems, expected: '?errors&requestId=ID&limit=1..100' });
      }
      const { errors, requestId, limit } = query.data;
      const requests = recentRequests()
        .filter(({ errorTypes }) => errors === undefined || errorTypes.length > 0)
        .filter((trace) => requestId === undefined || idsOf(trace).includes(requestId))
        .slice(0, limit)
        .map((trace) => ({ ...trace, invocations: trace.invocations.map(withLogs) }));
      sendJson(response, 200, { requests });
    },
  };

  function withLogs(invocation: RequestTrace['invocations'][number]) {
    return { ...invocation, logs: invocation.requestId === undefined ? [] : logsOf(invocation.requestId) };
  }
}

function idsOf({ requestId, invocations }: RequestTrace): (string | undefined)[] {
  return [requestId, ...invocations.map((invocation) => invocation.requestId)];
}
