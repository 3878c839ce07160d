/** Checks what is between the proxy and the database: its target, its timeouts and its share of the connections. */
import type { DBProxyTarget } from '@aws-sdk/client-rds';
import { POOL_LIMITS } from '@vpc-postgres/lambda/database/pool-limits.js';
import { type Check, type Finding, findingsOr } from '../check.js';
import { databaseFunctions, numericParameter, proxyOf } from '../resolve.js';

/** What each of AWS's reasons means here. */
const REASONS: Readonly<Record<string, { readonly means: string; readonly fix: string }>> = {
  UNREACHABLE: {
    means: 'no packet arrives: a security group, a network ACL, or a stopped database',
    fix: 'See "RDS Proxy to the database" and "Network ACLs" of this report, and the state of the database',
  },
  CONNECTION_FAILED: {
    means: 'the database is there and accepts no connection: all are in use, or it is starting',
    fix: 'select count(*) from pg_stat_activity; against show max_connections; in psql',
  },
  AUTH_FAILURE: {
    means:
      'the proxy cannot log in: a secret differs from the database, or its role lacks rds-db:connect or the secret',
    fix: 'The user must hold rds_iam with tokens, and must not with a secret: docs/runbook.md#auth-failures',
  },
  PENDING_PROXY_CAPACITY: {
    means: 'the proxy is growing',
    fix: 'Wait some minutes, and look at "Free addresses" of this report',
  },
  INVALID_REPLICATION_STATE: {
    means: 'the database does not replicate as the proxy expects',
    fix: 'aws rds describe-events --source-type db-instance --duration 60',
  },
};

export const proxyTargets: Check = {
  id: 'proxy-targets',
  title: 'Target health',
  breaks: 'The proxy has no database to connect to: each query fails after the borrow timeout.',
  page: 'runbook.md#proxy-availability',
  run(facts) {
    const proxy = proxyOf(facts);
    if (proxy === undefined) return undefined;
    const { targets } = facts;
    if (targets.length === 0) {
      return [
        {
          problem: `${proxy.DBProxyName} has no target.`,
          fix: `aws rds register-db-proxy-targets --db-proxy-name ${proxy.DBProxyName} --db-instance-identifiers ID`,
        },
      ];
    }
    return findingsOr(targets.flatMap(checkTarget), targets.map(({ RdsResourceId }) => RdsResourceId).join(', '));
  },
};

function checkTarget({ RdsResourceId, TargetHealth }: DBProxyTarget): Finding[] {
  const { State, Reason, Description } = TargetHealth ?? {};
  // A cluster has no health of its own; its instances are targets too.
  if (State === undefined || State === 'AVAILABLE') return [];
  if (State === 'REGISTERING') {
    return [
      {
        problem: `${RdsResourceId} is being registered.`,
        fix: 'Wait some minutes, and run this again',
        severity: 'warning',
      },
    ];
  }
  const known = REASONS[Reason ?? ''];
  const words = Description === undefined ? '' : ` AWS says: ${Description}`;
  return [
    {
      problem: `${RdsResourceId} is ${State} (${Reason}${known === undefined ? '' : `: ${known.means}`}).${words}`,
      fix: known?.fix ?? 'aws rds describe-events --source-type db-proxy --duration 60',
    },
  ];
}

const MILLIS = 1000;
/** What a function waits for a query, in seconds. */
const QUERY_SECONDS = POOL_LIMITS.queryTimeoutMillis / MILLIS;
/** After which a function closes its own idle connection. */
const IDLE_SECONDS = POOL_LIMITS.idleTimeoutMillis / MILLIS;

export const proxyTimeouts: Check = {
  id: 'proxy-timeouts',
  title: "Proxy's timeouts",
  breaks: 'A full database shows as a timeout of the function, or a connection ends under a request.',
  page: 'architecture.md#timeouts',
  run(facts) {
    const proxy = proxyOf(facts);
    const pool = facts.targetGroups[0]?.ConnectionPoolConfig;
    if (proxy === undefined || pool === undefined) return undefined;
    const { DBProxyName, IdleClientTimeout = 1800 } = proxy;
    const { ConnectionBorrowTimeout: borrow = 120 } = pool;
    // Somebody else's proxy works with its own default; requests that wait for it time out in the function.
    const severity = facts.environment.database.proxy.kind === 'existing' ? ('warning' as const) : ('problem' as const);
    return findingsOr(
      [
        borrow >= QUERY_SECONDS && {
          problem: `${DBProxyName} waits ${borrow} s for a connection, and a function ${QUERY_SECONDS} s for a query.`,
          fix: `aws rds modify-db-proxy-target-group --db-proxy-name ${DBProxyName} --target-group-name default --connection-pool-config ConnectionBorrowTimeout=5`,
          severity,
        },
        IdleClientTimeout <= IDLE_SECONDS && {
          problem: `${DBProxyName} closes an idle client after ${IdleClientTimeout} s, and a function its own after ${IDLE_SECONDS} s.`,
          fix: `aws rds modify-db-proxy --db-proxy-name ${DBProxyName} --idle-client-timeout 300`,
        },
      ],
      `borrow ${borrow} s, idle client ${IdleClientTimeout} s`,
    );
  },
};

/** RDS's own share of a database's connections besides: superuser_reserved_connections and rds.rds_superuser_reserved_connections. */
const RESERVED = ['superuser_reserved_connections', 'rds.rds_superuser_reserved_connections', 'reserved_connections'];
/** What should stay free for migrations, psql and other proxies. */
const LEAST_FREE_PERCENT = 30;

export const proxyShare: Check = {
  id: 'proxy-share',
  title: 'Share of connections',
  breaks: 'At the peak functions wait for a connection, or others find the database full.',
  page: 'runbook.md#borrow-latency',
  run(facts) {
    const proxy = proxyOf(facts);
    const percent = facts.targetGroups[0]?.ConnectionPoolConfig?.MaxConnectionsPercent;
    if (proxy === undefined || percent === undefined) return undefined;
    const max = numericParameter('max_connections', facts);
    const reserved = RESERVED.reduce((sum, name) => sum + (numericParameter(name, facts) ?? 0), 0);
    const share = max === undefined ? undefined : Math.floor(((max - reserved) * percent) / 100);
    const asked = reservedExecutions(facts);
    const group = `aws rds modify-db-proxy-target-group --db-proxy-name ${proxy.DBProxyName} --target-group-name default --connection-pool-config`;
    return findingsOr(
      [
        share !== undefined &&
          asked > share && {
            problem: `Functions can run ${asked} times at once, and ${proxy.DBProxyName} can open ${share} connections (${percent} % of ${max}).`,
            fix: 'Lower limits.reservedConcurrency, or raise max_connections of the database',
          },
        percent > 100 - LEAST_FREE_PERCENT && {
          problem: `${proxy.DBProxyName} can take ${percent} % of the connections; ${LEAST_FREE_PERCENT} % should stay free for psql and migrations.`,
          fix: `${group} MaxConnectionsPercent=${100 - LEAST_FREE_PERCENT}`,
          severity: 'warning' as const,
        },
      ],
      share === undefined ? `${percent} %` : `${percent} % of ${max}: ${share} connections`,
    );
  },
};

/** Each holds one connection; functions without a reservation are not counted. */
export function reservedExecutions(facts: Parameters<Check['run']>[0]): number {
  return databaseFunctions(facts).reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
}
