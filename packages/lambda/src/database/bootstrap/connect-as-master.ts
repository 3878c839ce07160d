/**
 * Logs in as the master user: with the password, and where that is refused, with an IAM token. Since PostgreSQL 16 the creator of a
 * role is a member of it, and so, once that role holds rds_iam, of rds_iam too: RDS then takes a token of the creator and no
 * password any more.
 */
import type pg from 'pg';
import { DatabaseAccessError, toDatabaseError } from '../errors.js';
import { connect, connectWithRetry } from '../migrate/connect.js';
import type { ConnectionSettings } from '../settings.js';

export interface MasterConnectOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly password: string;
  /** For how long to try again when nothing answers, in milliseconds. */
  readonly unreachableMillis: number;
  /** For how long to try again when both are refused, in milliseconds from the first refusal. */
  readonly refusedMillis: number;
}

const ADVICE =
  'Neither the password of the master secret nor an IAM token was accepted. Has the secret the password of this server, and can ' +
  'the server use IAM authentication? docs/troubleshooting.md says more.';

/** @throws MigrationError when it cannot be reached or refuses both for longer than that. */
export function connectAsMaster(settings: ConnectionSettings, options: MasterConnectOptions): Promise<pg.Client> {
  const { applicationName, password } = options;
  return connectWithRetry(settings, {
    ...options,
    refusedAdvice: ADVICE,
    attempt: async () => {
      try {
        return await connect(settings, applicationName, password);
      } catch (error) {
        if (!isLoginRefused(error)) throw error;
        return connect(settings, applicationName);
      }
    },
  });
}

/** 28P01 and 28000, and not a database that is missing. */
function isLoginRefused(error: unknown): boolean {
  const found = toDatabaseError(error);
  return found instanceof DatabaseAccessError && !(found.sqlState ?? '').startsWith('3D');
}
