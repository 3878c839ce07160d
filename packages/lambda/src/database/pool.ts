/** Creates the connection pool of one execution environment, with its TLS, IAM token and timeouts. */
import pg from 'pg';
import { checkNodePostgres } from './batch.js';
import { iamTokenSigner } from './iam-token.js';
import { POOL_LIMITS } from './pool-limits.js';
import type { ConnectionSettings } from './settings.js';

export interface PoolOptions {
  /** Shown in pg_stat_activity. RDS Proxy accepts it as a startup parameter. */
  applicationName: string;
  /** Called for each new physical connection. @default signs an RDS IAM token */
  password?: () => string | Promise<string>;
  /**
   * PEM of the CA certificates that can sign the server's certificate, in place of Node's. For a database without RDS Proxy in
   * front of it. @default Node's, which hold those of RDS Proxy
   */
  certificateAuthorities?: string;
  /** Called when an idle connection breaks, or one cannot be opened ahead of its use. The pool has already dropped it. */
  onIdleError: (error: Error) => void;
}

export function createPool(settings: ConnectionSettings, options: PoolOptions): pg.Pool {
  const { certificateAuthorities } = options;
  checkNodePostgres();
  const pool = new pg.Pool({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: options.password ?? iamTokenSigner(settings, settings.credentials),
    // RDS Proxy's certificate chains to Amazon's roots, which Node ships.
    ssl: { rejectUnauthorized: true, ...(certificateAuthorities !== undefined && { ca: certificateAuthorities }) },
    application_name: options.applicationName,
    max: POOL_LIMITS.max,
    connectionTimeoutMillis: POOL_LIMITS.connectionTimeoutMillis,
    query_timeout: POOL_LIMITS.queryTimeoutMillis,
    idleTimeoutMillis: POOL_LIMITS.idleTimeoutMillis,
    maxLifetimeSeconds: POOL_LIMITS.maxLifetimeSeconds,
  });
  // Without a listener, a database restart between two invocations is an uncaught exception that ends the process.
  pool.on('error', options.onIdleError);
  return pool;
}
