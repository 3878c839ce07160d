/** Handles what the function outside of the VPC sends: prepares the server, and returns the reason of a failure. */
import { MigrationError } from '../migrate/migration-error.js';
import type { ConnectionSettings } from '../settings.js';
import { bootstrapDatabase } from './bootstrap-database.js';
import { BootstrapError } from './bootstrap-error.js';
import { connectAsMaster } from './connect-as-master.js';
import { BOOTSTRAP_LIMITS } from './limits.js';
import { type BootstrapRequest, bootstrapVersion } from './request.js';

export interface BootstrapHandlerOptions {
  /** The server's own endpoint, as the master user. */
  readonly settings: ConnectionSettings;
  /** The text of bootstrap.sql. */
  readonly sql: string;
  readonly log: (level: 'info' | 'error', message: string, fields: Record<string, unknown>) => void;
  /** Shown in pg_stat_activity. 63 bytes are kept of it. */
  readonly applicationName: string;
}

/** A response to CloudFormation is 4096 bytes at most, and the framework adds to it. */
const LONGEST_REASON = 1_800;

export function createBootstrapHandler({ settings, sql, log, applicationName }: BootstrapHandlerOptions) {
  const version = bootstrapVersion(sql);
  const place = `${settings.host}:${settings.port}/${settings.database}`;

  return async (request: BootstrapRequest): Promise<Record<string, never>> => {
    const { RequestType, Version, Database, master, users } = request;
    if (Version !== version || Database !== place) {
      const message = 'another version or another database is asked for than this function has: nothing was done';
      if (RequestType === 'Create') throw new BootstrapError(message);
      // A rollback that has not given this function its old code and variables back yet.
      log('info', message, { asked: { Version, Database }, has: { Version: version, Database: place } });
      return {};
    }
    try {
      if (master.username !== settings.user) throw new BootstrapError(otherUser(master.username, settings.user));
      await bootstrapDatabase({
        database: settings.database,
        sql,
        users,
        lockWaitMillis: BOOTSTRAP_LIMITS.lockWaitSeconds * 1_000,
        connect: (database) =>
          connectAsMaster(
            { ...settings, database },
            {
              applicationName,
              password: master.password,
              unreachableMillis: BOOTSTRAP_LIMITS.unreachableSeconds * 1_000,
              refusedMillis: BOOTSTRAP_LIMITS.refusedSeconds * 1_000,
            },
          ),
      });
      log('info', 'prepared', { database: place });
      return {};
    } catch (error) {
      throw toReason(error);
    }
  };
}

const otherUser = (got: string, expected: string) =>
  `The master secret is of the user ${got}, and the permission of this function of ${expected}. Write ` +
  `masterUsername: '${got}' to database.server.`;

/** What CloudFormation shows: the message, without a stack trace of bundled code, which the framework would append. */
function toReason(error: unknown): Error {
  if (!(error instanceof BootstrapError || error instanceof MigrationError)) return error as Error;
  const message = `The database could not be prepared.\n\n${error.message}`;
  const reason = new BootstrapError(
    message.length > LONGEST_REASON ? `${message.slice(0, LONGEST_REASON)} …` : message,
  );
  reason.stack = reason.name;
  return reason;
}
