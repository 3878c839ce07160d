/** Declares the statistics of a pool. Types only. */

/** Figures of CloudWatch's kind, at one moment. */
export interface PoolStatistics {
  /** MaxDatabaseConnectionsAllowed. */
  allowed: number;
  /** DatabaseConnections: open or being opened. */
  open: number;
  /** DatabaseConnectionsCurrentlyBorrowed. */
  borrowed: number;
  idle: number;
  /** Clients that wait for a connection now. */
  waiting: number;
  /** DatabaseConnectionRequests: how often a client asked for a connection, since the start. */
  requests: number;
  /** How many of the requests had to wait. */
  waited: number;
  /** How many of those waited in vain. */
  timedOut: number;
  /** DatabaseConnectionsBorrowLatency, of the requests that had to wait lately. */
  waitMillis: { p50: number; max: number };
  /** DatabaseConnectionsSetupSucceeded, since the start. */
  opened: number;
}
