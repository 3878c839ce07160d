/** The metrics of AWS that alarms and the dashboard read. CloudWatch keeps silent about a name that it does not know. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MonitoredDatabase, MonitoredFunction, MonitoredProxy } from './monitored.js';

/**
 * RDS Proxy reports what there is at the moment, such as its connections, once a minute from each of its nodes. The sum
 * over one minute is the proxy's number; over five minutes it would be five times that.
 */
export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);

export interface Reading {
  readonly statistic: string;
  readonly period: Duration;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function functionMetric(
  { function: { functionName } }: MonitoredFunction,
  metricName: 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions',
  reading: Reading,
): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    ...reading,
  });
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html */
export function proxyMetric(
  { proxyName }: MonitoredProxy,
  metricName:
    | 'ClientConnections'
    | 'ClientConnectionsSetupFailedAuth'
    | 'DatabaseConnections'
    | 'DatabaseConnectionsBorrowLatency'
    | 'DatabaseConnectionsCurrentlyBorrowed'
    | 'DatabaseConnectionsCurrentlySessionPinned'
    | 'MaxDatabaseConnectionsAllowed'
    | 'QueryDatabaseResponseLatency',
  reading: Reading,
): Metric {
  return new Metric({
    namespace: 'AWS/RDS',
    metricName,
    dimensionsMap: { ProxyName: proxyName },
    ...reading,
  });
}

/**
 * How much of the time the proxy reached the database that takes writes, in percent. The one metric that RDS does not
 * publish for the proxy as a whole: with ProxyName alone it has no data. The role is spelt without an underscore, other
 * than in the API (https://github.com/prometheus-community/yet-another-cloudwatch-exporter/pull/1501).
 */
export function proxyAvailability({ proxyName }: MonitoredProxy): Metric {
  return new Metric({
    namespace: 'AWS/RDS',
    metricName: 'AvailabilityPercentage',
    dimensionsMap: { ProxyName: proxyName, TargetGroup: 'default', TargetRole: 'READWRITE' },
    statistic: Stats.AVERAGE,
    period: ONE_MINUTE,
  });
}

/** Clients per connection that the proxy may open to the database, in percent. */
export function clientsPerAllowedConnection(proxy: MonitoredProxy): IMetric {
  const reading = { statistic: Stats.SUM, period: ONE_MINUTE };
  return new MathExpression({
    expression: '100 * clients / allowed',
    usingMetrics: {
      clients: proxyMetric(proxy, 'ClientConnections', reading),
      allowed: proxyMetric(proxy, 'MaxDatabaseConnectionsAllowed', reading),
    },
    label: 'Client connections in % of the database connections allowed',
    period: ONE_MINUTE,
  });
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html */
export function databaseMetric(
  database: MonitoredDatabase,
  metricName: 'CPUUtilization' | 'DatabaseConnections' | 'FreeableMemory',
  statistic: string,
): Metric {
  return new Metric({
    namespace: 'AWS/RDS',
    metricName,
    dimensionsMap:
      'instanceIdentifier' in database
        ? { DBInstanceIdentifier: database.instanceIdentifier }
        : { DBClusterIdentifier: database.clusterIdentifier },
    statistic,
    period: ONE_MINUTE,
  });
}
