/** Serves `GET /api/stack`: the state of each part of the path at one moment. For the console page, which asks every second, and for scripts. */
import type { FunctionStatistics } from '../../lambda/function.js';
import type { RequestStatistics } from '../../request-traces.js';
import { refuseMethod, sendJson } from '../json.js';
import type { ObservedProxy } from '../proxy/routes.js';
import type { WebRoute } from '../server.js';
import { createRequestsRoute, type ObservedRequests } from './requests-route.js';

/** What the console shows of one function. */
export interface FunctionState extends FunctionStatistics {
  /** Whether it is in the VPC and may connect to the database, as the app's list of functions says. @default true */
  database?: boolean;
}

/** What the routes use of the stack. */
export interface ObservedStack extends ObservedRequests {
  statistics(): { appSync: RequestStatistics; functions: Readonly<Record<string, FunctionState>> };
  proxy: Pick<ObservedProxy, 'statistics' | 'pins' | 'faults'>;
}

/** @param startedAt tells one run of the stack from the next: figures and request ids begin anew with each */
export function createStackRoutes(stack: ObservedStack, startedAt: Date): WebRoute[] {
  return [
    createRequestsRoute(stack),
    {
      path: '/api/stack',
      handle(request, response) {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        sendJson(response, 200, {
          startedAt: startedAt.toISOString(),
          ...stack.statistics(),
          proxy: stack.proxy.statistics(),
          faults: stack.proxy.faults(),
          pins: stack.proxy.pins(),
          requests: stack.recentRequests(),
        });
      },
    },
  ];
}
