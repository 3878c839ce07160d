/** Connects to a database, and retries: a proxy that was created a minute ago does not reach its database yet. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseAccessError, toDatabaseError } from '../errors.js';
import { signIamToken } from '../iam-token.js';
import type { ConnectionSettings } from '../settings.js';
import { MigrationError } from './migration-error.js';

export interface ConnectOptions {
  /** Shown in pg_stat_activity, and to a run that waits for this one. */
  readonly applicationName: string;
  /** For how long to try again when nothing answers, in milliseconds. */
  readonly unreachableMillis: number;
  /** For how long to try again when the login is refused, in milliseconds from the first refusal. */
  readonly refusedMillis: number;
  /** Between two attempts, in milliseconds. @default 3000 */
  readonly pauseMillis?: number;
  /** What to look at when the login is refused. @default - what makes the migrator */
  readonly refusedAdvice?: string;
  /** Tries once. @default - connect() with an IAM token */
  readonly attempt?: () => Promise<pg.Client>;
}

/** DNS, TCP, TLS and login. */
const ATTEMPT_MILLIS = 10_000;
const DEFAULT_PAUSE_MILLIS = 3_000;

/** @throws MigrationError when it cannot be reached or refuses the login for longer than that. */
export async function connectWithRetry(settings: ConnectionSettings, options: ConnectOptions): Promise<pg.Client> {
  const {
    attempt = () => connect(settings, options.applicationName),
    refusedAdvice = REFUSED_ADVICE,
    pauseMillis = DEFAULT_PAUSE_MILLIS,
  } = options;
  const startedAt = performance.now();
  let firstRefusedAt: number | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      const refused = toDatabaseError(cause) instanceof DatabaseAccessError;
      const now = performance.now();
      // A login can be refused for the first time minutes after the first attempt: when the proxy has become reachable.
      if (refused) firstRefusedAt ??= now;
      const giveUpAt = refused
        ? (firstRefusedAt ?? now) + options.refusedMillis
        : startedAt + options.unreachableMillis;
      if (now + pauseMillis >= giveUpAt) {
        throw new MigrationError(describe(settings, refused ? refusedAdvice : undefined, cause as Error), { cause });
      }
      await delay(pauseMillis);
    }
  }
}

/** Tries once. @param password @default - an IAM token */
export async function connect(
  settings: ConnectionSettings,
  applicationName: string,
  password?: string,
): Promise<pg.Client> {
  const { host, port, database, user } = settings;
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password: password ?? signIamToken(settings, settings.credentials(), new Date()),
    ssl: { rejectUnauthorized: true },
    application_name: applicationName,
    connectionTimeoutMillis: ATTEMPT_MILLIS,
  });
  // A lost connection rejects the statement as well; without a listener, this event would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

const REFUSED_ADVICE =
  'Has bootstrap.sql of @vpc-postgres/lambda been run there, and does the proxy know the user? docs/bootstrap-by-hand.md says how.';

function describe(
  { host, port, database, user }: ConnectionSettings,
  refusedAdvice: string | undefined,
  { message }: Error,
): string {
  const place = `${host}:${port}, database ${database}`;
  return refusedAdvice === undefined
    ? `There was no connection to ${place}: ${message} Look at the security groups, and at the health of the proxy's target.`
    : `The user ${user} was refused at ${place}: ${message} ${refusedAdvice}`;
}
