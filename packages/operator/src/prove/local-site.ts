/** The local stack that npm start runs, as a site: so that each experiment is tried where it costs nothing. */

import type { FunctionLook } from '@vpc-postgres/lambda/database/look/explain.js';
import { unanswered } from '@vpc-postgres/lambda/database/look/explain.js';
import { CommandError } from '../command-error.js';
import { type LocalConnection, localTarget } from '../local-target.js';
import { connectAs } from './connect.js';
import type { Site } from './experiment.js';

export interface LocalSiteOptions {
  readonly connection: LocalConnection;
  /** In PEM, of the emulator of RDS Proxy. */
  readonly caFile: string;
  /** Of the console, without a slash at the end. */
  readonly consoleUrl: string;
  /** @default 300, as npm start has it */
  readonly idleClientTimeoutSeconds?: number;
  /** @default 35 */
  readonly restSeconds?: number;
}

export function localSite(options: LocalSiteOptions): Site {
  const { connection, caFile, consoleUrl, idleClientTimeoutSeconds = 300, restSeconds = 35 } = options;
  const ask = async (path: string, method: 'GET' | 'POST') => {
    const response = await fetch(`${consoleUrl}${path}`, { method }).catch((cause: Error) => {
      throw new CommandError(`The console does not answer at ${consoleUrl}. Is npm start running there?`, { cause });
    });
    return response.json();
  };
  return {
    kind: 'local',
    name: 'local',
    users: { app: connection.user, migrator: connection.migrator.user },
    lacks: { stacks: 'CloudFormation is not emulated: only AWS can prove this.' },
    idleClientTimeoutSeconds,
    restSeconds,
    connect: (user) => connectAs({ target: localTarget(connection, { user }), database: connection.database, caFile }),
    async countPinned() {
      const { statistics } = (await ask('/api/proxy', 'GET')) as {
        statistics: { clientConnections: { pinned: number } };
      };
      return statistics.clientConnections.pinned;
    },
    async look() {
      const { functions } = (await ask('/api/look', 'POST')) as { functions?: FunctionLook[] };
      return functions ?? [unanswered('local stack', 'It is older than this command: upgrade all packages together.')];
    },
    stackEvents: async () => [],
  };
}
