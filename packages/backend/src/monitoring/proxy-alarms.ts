/** What can go wrong with RDS Proxy and the database behind it. */
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmThresholds } from '../configuration/monitoring-settings.js';
import type { AlarmDefinition } from './alarms.js';
import { clientsPerAllowedConnection, FIVE_MINUTES, ONE_MINUTE, proxyAvailability, proxyMetric } from './metrics.js';
import type { MonitoredProxy } from './monitored.js';

const SUBJECT = 'RDS Proxy';

/** The application pins none: one that lasts is a statement that should not be there. */
const PINNED_CONNECTIONS = 1;

/**
 * Lending an open connection takes less than a millisecond, opening one some tens. More on average means that queries
 * queue. The unit of the metric is the microsecond.
 */
const BORROW_LATENCY_MICROSECONDS = 200_000;

const PERCENT_OF_CLIENT_CONNECTIONS = 80;

/** Somebody who mistypes in psql makes one or two. */
const FAILED_LOGINS_IN_FIVE_MINUTES = 5;

/** Each node of the proxy checks the database by itself; one missed check of one node is no outage. */
const AVAILABILITY_PERCENT = 90;

export function proxyAlarms(proxy: MonitoredProxy, thresholds: AlarmThresholds): readonly AlarmDefinition[] {
  return [
    {
      id: 'ProxyAvailability',
      subject: SUBJECT,
      reason: 'it does not reach the database that takes writes, or does not exist under this name.',
      runbook: 'proxy-availability',
      metric: proxyAvailability(proxy),
      threshold: AVAILABILITY_PERCENT,
      firesWhen: 'below',
      // A failover of a Multi-AZ instance takes one to two minutes, and needs no operator.
      periods: 3,
      // Reported every minute, whether there are clients or not: only a proxy that is gone, or never was, keeps silent.
      silenceMeans: 'trouble',
    },
    {
      id: 'ProxySessionPinning',
      subject: SUBJECT,
      reason: 'database connections are pinned to single clients, and others wait for those that are left.',
      runbook: 'session-pinning',
      metric: proxyMetric(proxy, 'DatabaseConnectionsCurrentlySessionPinned', {
        statistic: Stats.SUM,
        period: ONE_MINUTE,
      }),
      threshold: thresholds.sessionPinnedConnections ?? PINNED_CONNECTIONS,
      periods: 5,
      silenceMeans: 'nothing happened',
    },
    {
      id: 'ProxyBorrowLatency',
      subject: SUBJECT,
      reason: 'queries wait for a database connection.',
      runbook: 'borrow-latency',
      metric: proxyMetric(proxy, 'DatabaseConnectionsBorrowLatency', { statistic: Stats.AVERAGE, period: ONE_MINUTE }),
      threshold: BORROW_LATENCY_MICROSECONDS,
      periods: 3,
      silenceMeans: 'nothing happened',
    },
    clientConnections(proxy),
    {
      id: 'ProxyAuthFailures',
      subject: SUBJECT,
      reason: 'clients are refused: their IAM token, their user or their TLS is wrong, or somebody is trying.',
      runbook: 'auth-failures',
      metric: proxyMetric(proxy, 'ClientConnectionsSetupFailedAuth', { statistic: Stats.SUM, period: FIVE_MINUTES }),
      threshold: FAILED_LOGINS_IN_FIVE_MINUTES,
      periods: 1,
      silenceMeans: 'nothing happened',
    },
  ];
}

function clientConnections(proxy: MonitoredProxy): AlarmDefinition {
  const { maxClientConnections } = proxy;
  const common = {
    id: 'ProxyClientConnections',
    subject: SUBJECT,
    runbook: 'client-connections',
    periods: 5,
    silenceMeans: 'nothing happened',
  } as const;
  if (maxClientConnections === undefined) {
    return {
      ...common,
      reason: `it has nearly as many clients as it may open database connections (${PERCENT_OF_CLIENT_CONNECTIONS} %); more will queue.`,
      metric: clientsPerAllowedConnection(proxy),
      threshold: PERCENT_OF_CLIENT_CONNECTIONS,
    };
  }
  return {
    ...common,
    reason: `it has nearly as many clients as it is meant to have (${maxClientConnections}).`,
    metric: proxyMetric(proxy, 'ClientConnections', { statistic: Stats.SUM, period: ONE_MINUTE }),
    // Rounded up, and so never above what can be reached.
    threshold: Math.ceil((maxClientConnections * PERCENT_OF_CLIENT_CONNECTIONS) / 100),
  };
}
