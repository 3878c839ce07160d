/** What a function answers that was asked to look from inside. It holds no token, no secret and no row of a table of the app. */

/** In the order in which they are tried. */
export const HOPS = ['dns', 'tcp', 'tls', 'token', 'login', 'statement', 'migrations'] as const;

export type Hop = (typeof HOPS)[number];

export interface HopReport {
  readonly hop: Hop;
  /** `skipped`: a hop before it failed, or there is nothing to see; then `code` says what. */
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly millis?: number;
  /** Node's code, such as ENOTFOUND, a SQLSTATE, or one of ours (`LOOK_CODES`). */
  readonly code?: string;
  /** Of the error, where it is known to quote no value. */
  readonly message?: string;
}

/** Codes that neither Node.js nor PostgreSQL has. */
export const LOOK_CODES = {
  /** Nothing answered within the hop's limit. */
  timeout: 'TIMEOUT',
  /** The server answered that it has no TLS. */
  noTls: 'NO_TLS',
  /** The function has no credentials to sign a token with. */
  noCredentials: 'NO_CREDENTIALS',
  /** The clocks of function and caller differ, and the login was rejected. */
  clockSkew: 'CLOCK_SKEW',
  /** Files that the function has are not applied, or not to their end. */
  pending: 'PENDING',
  /** The function's user cannot read which migrations are applied. That is as it should be: only `migrator` can. */
  notPermitted: 'NOT_PERMITTED',
  /** The database has no record of migrations. */
  noHistory: 'NO_HISTORY',
} as const;

export interface LookReport {
  /** Marks a report, and is its version. */
  readonly lookFromInside: 1;
  /** Where the function connects to. */
  readonly target: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly region: string;
  };
  /** Empty for a function without a database. */
  readonly hops: readonly HopReport[];
  /** Of the execution environment, as it was when it was asked. */
  readonly environment: {
    /** Frozen time included, in seconds. Two answers of one environment have the same start. */
    readonly uptimeSeconds: number;
    /** Open connections of the function's pool; after a thaw none is left that was idle for too long. */
    readonly poolConnections: number;
  };
  /** What DNS returned. */
  readonly addresses?: readonly string[];
  /** What the server showed, trusted or not. */
  readonly tls?: {
    /** Such as TLSv1.3. */
    readonly protocol: string | null;
    readonly issuer: string;
    /** As in `DNS:*.proxy-abc.eu-west-1.rds.amazonaws.com`. */
    readonly names: string;
    /** When the certificate expires, in ISO 8601. */
    readonly validTo: string;
  };
  /** How far the function's clock is ahead of the caller's, in seconds; the way of the question included. */
  readonly clockAheadSeconds?: number;
  readonly session?: {
    readonly currentUser: string;
    readonly sessionUser: string;
    readonly serverVersion: string;
    /** `ALTER ROLE … SET` of the session's user, as in `statement_timeout=10s`. */
    readonly roleSettings: readonly string[];
    /** In effect, by name. */
    readonly settings: Readonly<Record<string, string>>;
  };
  /** Where the user can read it. */
  readonly migrations?: {
    readonly applied: readonly string[];
    /** Begun, and not applied to their end. */
    readonly unfinished: readonly string[];
    /** Files that the function has, and that are not applied. Only the function that migrates has files. */
    readonly pending: readonly string[];
  };
}

export function isLookReport(value: unknown): value is LookReport {
  return typeof value === 'object' && value !== null && (value as Partial<LookReport>).lookFromInside === 1;
}

/** The hop that is to blame; nothing when all is well. */
export function failedHop({ hops }: LookReport): HopReport | undefined {
  return hops.find(({ status }) => status === 'failed');
}
