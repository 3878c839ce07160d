/** Limits the connections of one execution environment, and every wait. Imports nothing: synthesis reads it too. */

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
   * Enforced in the client alone. RDS Proxy refuses `statement_timeout` as a startup parameter; the server's own limit
   * is set on the database role (packages/lambda/src/database/bootstrap.sql).
   */
  queryTimeoutMillis: 8_000,
  /**
   * Short, because an environment that Lambda froze can hold a connection that died meanwhile: on thaw the overdue timer
   * fires before any query and throws the connection away. Well below RDS Proxy's IdleClientTimeout of 30 min.
   */
  idleTimeoutMillis: 30_000,
  /** Bounded, so that connections spread again over a proxy that has grown or failed over. */
  maxLifetimeSeconds: 600,
} as const;
