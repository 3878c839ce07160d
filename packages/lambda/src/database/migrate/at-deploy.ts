/** Handles the requests of CloudFormation's custom resource: migrates during a deployment, and returns the reason of a failure. */
import type { ConnectionSettings } from '../settings.js';
import { connect, connectWithRetry } from './connect.js';
import { MIGRATION_LIMITS } from './limits.js';
import { migrate } from './migrate.js';
import { fingerprintOf, type MigrationFile } from './migration.js';
import { MigrationError } from './migration-error.js';
import { prepareMigrations } from './prepare-migrations.js';
import { assertNoProblems, findRowExposures } from './row-guard.js';

/**
 * The part of a custom resource's request that is needed here.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
export interface MigrationRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** What the template is about: the fingerprint of the files, and `host:port/name` of the database. */
  readonly ResourceProperties: { readonly Files: string; readonly Database: string };
}

export interface MigrationHandlerOptions {
  /** Where the database is, as the user migrator. */
  readonly settings: ConnectionSettings;
  readonly files: readonly MigrationFile[];
  readonly log: (level: 'info' | 'error', message: string, fields: Record<string, unknown>) => void;
  /** Shown in pg_stat_activity, and to a run that waits for this one. 63 bytes are kept of it. */
  readonly applicationName: string;
  /** @default MIGRATION_LIMITS */
  readonly limits?: Partial<Pick<typeof MIGRATION_LIMITS, WaitName>>;
}

type WaitName = 'lockWaitSeconds' | 'unreachableSeconds' | 'refusedSeconds';

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** A response to CloudFormation is 4096 bytes at most, and the framework adds to it. */
const LONGEST_REASON = 1_800;

/** @throws at once, when the files do not keep the rules. */
export function createMigrationHandler(options: MigrationHandlerOptions) {
  const migrations = prepareMigrations(options.files);
  const fingerprint = fingerprintOf(migrations);
  const database = `${options.settings.host}:${options.settings.port}/${options.settings.database}`;

  const run = async (remainingMillis: number): Promise<void> => {
    const limits = { ...MIGRATION_LIMITS, ...options.limits };
    const giveUpAt = performance.now() + remainingMillis - limits.reserveSeconds * 1_000;
    const client = await connectWithRetry(options.settings, {
      applicationName: options.applicationName,
      unreachableMillis: limits.unreachableSeconds * 1_000,
      refusedMillis: limits.refusedSeconds * 1_000,
    });
    try {
      const { applied, newer } = await migrate(client, migrations, {
        newerMigrations: 'allow',
        lockWaitMillis: limits.lockWaitSeconds * 1_000,
        timeLimitMillis: giveUpAt - performance.now(),
        onStatement: ({ name }, { offset }) => options.log('info', 'statement', { file: name, offset }),
        waitObserver: {
          connect: () => connect(options.settings, options.applicationName),
          onWait: ({ name }, { offset }, blockers) => options.log('info', 'waiting', { file: name, offset, blockers }),
        },
        verify: async ({ name }) => assertNoProblems(await findRowExposures(client), `${name} is not applied`),
      });
      const outcome = newer.length > 0 ? 'the database is ahead of this version: nothing was done' : 'migrated';
      options.log('info', outcome, { applied, newer });
      // A problem that is left is no migration's: nothing was pending, as in a rollback, which must not fail for it.
      for (const { severity, message, fix } of await findRowExposures(client)) {
        options.log(severity === 'problem' ? 'error' : 'info', 'row guard', { severity, finding: message, fix });
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  return async (request: MigrationRequest, context: LambdaContext): Promise<Record<string, never>> => {
    if (request.RequestType === 'Delete') return {};
    const { Files, Database } = request.ResourceProperties;
    if (Files !== fingerprint || Database !== database) {
      const message = 'other files or another database are asked for than this function has: nothing was done';
      if (request.RequestType === 'Create') throw new MigrationError(message);
      // A rollback that has not given this function its old code and variables back yet.
      options.log('info', message, { asked: { Files, Database }, has: { Files: fingerprint, Database: database } });
      return {};
    }
    try {
      await run(context.getRemainingTimeInMillis());
      return {};
    } catch (error) {
      throw toReason(error);
    }
  };
}

/** What CloudFormation shows: the message, without a stack trace of bundled code, which the framework would append. */
function toReason(error: unknown): Error {
  if (!(error instanceof MigrationError)) return error as Error;
  const message = `The migrations failed.\n\n${error.message}`;
  const reason = new MigrationError(
    message.length > LONGEST_REASON ? `${message.slice(0, LONGEST_REASON)} …` : message,
  );
  reason.stack = reason.name;
  return reason;
}
