/** Collects the metrics that CloudWatch shows of RDS Proxy, at one moment or since the start. */
import { RecentDurations } from '../../recent-durations.js';
import type { Clients } from '../clients.js';
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { PoolStatistics } from '../pool/pool-statistics.js';

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html */
export interface RdsProxyStatistics {
  clientConnections: {
    /** ClientConnections: logged in. */
    open: number;
    /** Of which: a transaction is open. */
    inTransaction: number;
    /** DatabaseConnectionsCurrentlySessionPinned: each keeps a database connection for itself. */
    pinned: number;
    /** ClientConnectionsReceived, since the start. */
    received: number;
    /** ClientConnectionsSetupSucceeded, since the start. */
    accepted: number;
    /** Turned away, or gone before they were ready, since the start. */
    refused: number;
  };
  databaseConnections: PoolStatistics;
  transactions: {
    /** Transactions, and statements outside one, since the start. */
    count: number;
    /** QueryDatabaseResponseLatency, of the last few: from borrowing a database connection to its being free again. */
    millis: { p50: number; max: number };
  };
  /** Errors of PostgreSQL that clients got, since the start. */
  databaseErrors: number;
  /** Client sessions that were pinned, since the start. */
  pinnedSessions: number;
}

/** Counts as things happen. */
export class Counters {
  received = 0;
  accepted = 0;
  refused = 0;
  transactions = 0;
  databaseErrors = 0;
  pinnedSessions = 0;
  readonly transactionMillis = new RecentDurations();
}

export function collectStatistics(counters: Counters, clients: Clients, pool: ConnectionPool): RdsProxyStatistics {
  const { sessions } = clients;
  return {
    clientConnections: {
      open: sessions.length,
      inTransaction: sessions.filter(({ isInTransaction }) => isInTransaction).length,
      pinned: sessions.filter(({ isPinned }) => isPinned).length,
      received: counters.received,
      accepted: counters.accepted,
      refused: counters.refused,
    },
    databaseConnections: pool.statistics(),
    transactions: { count: counters.transactions, millis: counters.transactionMillis.summary() },
    databaseErrors: counters.databaseErrors,
    pinnedSessions: counters.pinnedSessions,
  };
}
