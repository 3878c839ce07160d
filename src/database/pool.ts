/** The connection pool of one Lambda environment: how it connects, how long it waits, when it lets go. */
import pg from 'pg';
import { iamTokenSigner } from './iam-token.js';
import type { DatabaseSettings } from './settings.js';

/**
 * Every wait is bounded, in the order client < Lambda < proxy < database, so that the caller gets a typed error instead
 * of a Lambda timeout. The function has 15 s (amplify/functions/orders-api/resource.ts).
 */
export const POOL_LIMITS = {
  /** A Lambda environment serves one request at a time. More connections would only use up the proxy. */
  max: 1,
  /** DNS, TCP, TLS, token and login together take about 30 ms; the rest is room for the proxy to be busy. */
  connectionTimeoutMillis: 4_000,
  /**
   * Enforced in the client alone. RDS Proxy refuses `statement_timeout` as a start-up parameter; the server's own limit
   * is set on the database role (src/database/bootstrap.sql).
   */
  queryTimeoutMillis: 8_000,
  /**
   * Short, because an environment that Lambda froze may hold a connection that died meanwhile: on thaw the overdue timer
   * fires before any query and throws the connection away. Well below RDS Proxy's IdleClientTimeout of 30 min.
   */
  idleTimeoutMillis: 30_000,
  /** Bounded, so that connections spread again over a proxy that has grown or failed over. */
  maxLifetimeSeconds: 600,
} as const;

export interface PoolOptions {
  /** Shown in pg_stat_activity. RDS Proxy accepts it as a start-up parameter. */
  applicationName: string;
  /** Called for each new physical connection. @default signs an RDS IAM token */
  password?: () => Promise<string>;
  /** Told of a connection that broke while nobody used it. The pool has already dropped it. */
  onIdleError: (error: Error) => void;
}

export function createPool(settings: DatabaseSettings, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: options.password ?? iamTokenSigner(settings),
    // No `ca`: RDS Proxy's certificate chains to Amazon's roots, which Node ships. A list here would replace Node's.
    ssl: { rejectUnauthorized: true },
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
