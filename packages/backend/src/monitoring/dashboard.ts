/** One page for the whole path, in the order of a request: functions, proxy, database. Alarms first. */
import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { databaseMetric, FIVE_MINUTES, functionMetric, ONE_MINUTE, proxyAvailability, proxyMetric } from './metrics.js';
import type { Monitored, MonitoredDatabase, MonitoredFunction, MonitoredProxy } from './monitored.js';

/** The width of a page of CloudWatch, in its grid. */
const PAGE_WIDTH = 24;

/** The smallest range in which one sees a fault begin. */
const SHOWN = Duration.hours(3);

/** Without a name: CloudFormation's holds the name of the stack, so that two environments do not collide. */
export function createDashboard(
  scope: Construct,
  { functions, proxy, database }: Monitored,
  alarms: readonly Alarm[],
): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: SHOWN,
    widgets: [
      [
        new TextWidget({
          markdown: 'What each alarm means and what to do: `docs/runbook.md`',
          width: PAGE_WIDTH,
          height: 1,
        }),
      ],
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: PAGE_WIDTH })],
      functionRow(functions),
      ...(proxy === undefined ? [] : [proxyRow(proxy)]),
      ...(database === undefined ? [] : [databaseRow(database)]),
    ],
  });
}

function functionRow(functions: readonly MonitoredFunction[]): IWidget[] {
  const each = (metricName: Parameters<typeof functionMetric>[1], statistic: string) =>
    functions.map((fn) =>
      functionMetric(fn, metricName, { statistic, period: FIVE_MINUTES }).with({ label: `${fn.name} ${metricName}` }),
    );
  return row([
    ['Lambda: invocations', each('Invocations', Stats.SUM)],
    ['Lambda: errors and throttles', [...each('Errors', Stats.SUM), ...each('Throttles', Stats.SUM)]],
    ['Lambda: p99 duration (ms)', each('Duration', Stats.p(99))],
    ['Lambda: concurrent executions', each('ConcurrentExecutions', Stats.MAXIMUM)],
  ]);
}

function proxyRow(proxy: MonitoredProxy): IWidget[] {
  const sum = (metricName: Parameters<typeof proxyMetric>[1]) =>
    proxyMetric(proxy, metricName, { statistic: Stats.SUM, period: ONE_MINUTE });
  const average = (metricName: Parameters<typeof proxyMetric>[1]) =>
    proxyMetric(proxy, metricName, { statistic: Stats.AVERAGE, period: ONE_MINUTE });
  return row([
    ['RDS Proxy: availability (%)', [proxyAvailability(proxy)]],
    [
      'RDS Proxy: connections',
      [
        sum('ClientConnections'),
        sum('DatabaseConnections'),
        sum('DatabaseConnectionsCurrentlyBorrowed'),
        sum('DatabaseConnectionsCurrentlySessionPinned'),
        sum('MaxDatabaseConnectionsAllowed'),
      ],
    ],
    [
      'RDS Proxy: latency (microseconds)',
      [average('DatabaseConnectionsBorrowLatency'), average('QueryDatabaseResponseLatency')],
    ],
    ['RDS Proxy: clients refused', [sum('ClientConnectionsSetupFailedAuth')]],
  ]);
}

function databaseRow(database: MonitoredDatabase): IWidget[] {
  return row([
    ['PostgreSQL: CPU (%)', [databaseMetric(database, 'CPUUtilization', Stats.AVERAGE)]],
    ['PostgreSQL: connections', [databaseMetric(database, 'DatabaseConnections', Stats.MAXIMUM)]],
    ['PostgreSQL: free memory (bytes)', [databaseMetric(database, 'FreeableMemory', Stats.MINIMUM)]],
  ]);
}

function row(graphs: readonly (readonly [title: string, metrics: IMetric[]])[]): IWidget[] {
  return graphs.map(
    ([title, left]) =>
      new GraphWidget({ title, left, leftYAxis: { min: 0, showUnits: false }, width: PAGE_WIDTH / graphs.length }),
  );
}
