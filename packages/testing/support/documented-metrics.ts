/**
 * The metrics that AWS documents, as far as alarms or the dashboard read them. CloudWatch accepts an alarm on any name and any
 * dimensions, and one on a metric that AWS does not publish never goes off.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/dimensions.html
 */
export interface DocumentedMetric {
  readonly namespace: 'AWS/Lambda' | 'AWS/RDS';
  readonly name: string;
  /** Each set of dimensions with which it is published, sorted and joined. */
  readonly dimensionSets: readonly string[];
  /** The statistic that says something about it. */
  readonly statistics: readonly string[];
  /** A gauge is reported once a minute: its sum over more than a minute counts things several times. */
  readonly kind: 'gauge' | 'count' | 'latency';
}

const FUNCTION = ['FunctionName'];
const OF_CLIENTS = ['ProxyName', 'EndpointName,ProxyName'];
const OF_DATABASE = ['ProxyName', 'ProxyName,Target,TargetGroup', 'ProxyName,TargetGroup,TargetRole'];
const ROLE_ONLY = ['ProxyName,TargetGroup,TargetRole'];
const DATABASE = ['DBInstanceIdentifier', 'DBClusterIdentifier'];

const lambda = (name: string, kind: DocumentedMetric['kind'], ...statistics: string[]): DocumentedMetric => ({
  namespace: 'AWS/Lambda',
  name,
  dimensionSets: FUNCTION,
  statistics,
  kind,
});

const proxy = (
  name: string,
  kind: DocumentedMetric['kind'],
  statistic: string,
  dimensionSets: readonly string[],
): DocumentedMetric => ({ namespace: 'AWS/RDS', name, dimensionSets, statistics: [statistic], kind });

const database = (name: string, statistic: string, dimensionSets = DATABASE): DocumentedMetric => ({
  namespace: 'AWS/RDS',
  name,
  dimensionSets,
  statistics: [statistic],
  kind: 'gauge',
});

export const DOCUMENTED_METRICS: readonly DocumentedMetric[] = [
  lambda('Invocations', 'count', 'Sum'),
  lambda('Errors', 'count', 'Sum'),
  lambda('Throttles', 'count', 'Sum'),
  lambda('Duration', 'latency', 'Average', 'Maximum', 'p99'),
  lambda('ConcurrentExecutions', 'gauge', 'Maximum'),
  proxy('AvailabilityPercentage', 'gauge', 'Average', ROLE_ONLY),
  proxy('ClientConnections', 'gauge', 'Sum', OF_CLIENTS),
  proxy('ClientConnectionsSetupFailedAuth', 'count', 'Sum', OF_CLIENTS),
  proxy('DatabaseConnections', 'gauge', 'Sum', OF_DATABASE),
  proxy('DatabaseConnectionsBorrowLatency', 'latency', 'Average', OF_CLIENTS),
  proxy('DatabaseConnectionsCurrentlyBorrowed', 'gauge', 'Sum', OF_DATABASE),
  proxy('DatabaseConnectionsCurrentlySessionPinned', 'gauge', 'Sum', OF_DATABASE),
  proxy('MaxDatabaseConnectionsAllowed', 'gauge', 'Sum', OF_DATABASE),
  proxy('QueryDatabaseResponseLatency', 'latency', 'Average', [...OF_CLIENTS, ...OF_DATABASE]),
  database('CPUUtilization', 'Average'),
  database('DatabaseConnections', 'Maximum'),
  database('FreeableMemory', 'Minimum'),
];

export interface ReadMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: string;
  readonly periodSeconds: number;
}

/** Why nothing would ever come of reading this metric, or something false; nothing when all is well. */
export function metricProblem({
  namespace,
  name,
  dimensions,
  statistic,
  periodSeconds,
}: ReadMetric): string | undefined {
  const set = Object.keys(dimensions).sort().join();
  const what = `${namespace} ${name} by ${set}`;
  const ofName = DOCUMENTED_METRICS.filter((metric) => metric.namespace === namespace && metric.name === name);
  const documented = ofName.find((metric) => metric.dimensionSets.includes(set));
  if (documented === undefined) return `${what} is not published.`;
  if (!documented.statistics.includes(statistic)) return `${statistic} of ${what} says nothing.`;
  if (documented.kind === 'gauge' && statistic === 'Sum' && periodSeconds !== 60) {
    return `The sum of ${what} over ${periodSeconds} s counts the same thing more than once.`;
  }
  return undefined;
}
