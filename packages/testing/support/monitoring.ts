/** Synthesizes packages/backend/src/monitoring in a stack of its own, and reads the alarms that came of it. */
import type { MonitoringSettings } from '@vpc-postgres/backend/configuration/monitoring-settings.js';
import type { Monitored, MonitoredFunction } from '@vpc-postgres/backend/monitoring/monitored.js';
import { createMonitoring } from '@vpc-postgres/backend/monitoring/monitoring.js';
import { App, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { type CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { templateOf } from './template-of.js';

export const settings: MonitoringSettings = { alarmEmails: ['on-call@example.com'] };

/** Everything that there can be. */
export const everything: Omit<Monitored, 'functions'> = {
  proxy: { proxyName: 'orders' },
  database: { instanceIdentifier: 'orders-db' },
};

/** A function in `stack`, as Amplify hands it over. */
export function functionIn(stack: Stack, name = 'orders-api', reservedConcurrency?: number): MonitoredFunction {
  const lambda = new LambdaFunction(stack, name, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => null;'),
  });
  const cfnFunction = lambda.node.defaultChild as CfnFunction;
  return { name, function: lambda, cfnFunction, timeoutSeconds: 15, reservedConcurrency };
}

export interface Watching {
  readonly settings?: MonitoringSettings;
  readonly reservedConcurrency?: number;
  readonly functionNames?: readonly string[];
}

/** @returns the stack before it is synthesized. */
export function monitoringStack(
  monitored: Omit<Monitored, 'functions'> = everything,
  { settings: chosen = settings, reservedConcurrency, functionNames = ['orders-api'] }: Watching = {},
): Stack {
  const stack = new Stack(new App(), 'Monitoring');
  const functions = functionNames.map((name) => functionIn(stack, name, reservedConcurrency));
  createMonitoring(stack, chosen, { functions, ...monitored });
  return stack;
}

export function monitoringTemplate(...inputs: Parameters<typeof monitoringStack>): Template {
  return templateOf(monitoringStack(...inputs));
}

export interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Unit?: string;
  readonly Metrics?: readonly MetricQuery[];
  readonly [other: string]: unknown;
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions: Dimension[] };
    readonly Period: number;
    readonly Stat: string;
    readonly Unit?: string;
  };
}

/** The alarms by what their descriptions link to: `session-pinning` and so on. */
export function alarmsByRunbookSection(template: Template): Map<string, AlarmProperties> {
  return new Map(alarmsOf(template).map((alarm) => [alarm.AlarmDescription.split('#')[1] ?? '', alarm]));
}

export function alarmsOf(template: Template): AlarmProperties[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

/** One metric that an alarm reads, whether it reads one or calculates with several. */
export interface MetricRead {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly unit: string | undefined;
}

export function metricsOf(alarm: AlarmProperties): MetricRead[] {
  if (alarm.Metrics === undefined) {
    return [
      {
        namespace: alarm.Namespace ?? '',
        name: alarm.MetricName ?? '',
        dimensions: asRecord(alarm.Dimensions ?? []),
        statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
        periodSeconds: alarm.Period ?? 0,
        unit: alarm.Unit,
      },
    ];
  }
  return alarm.Metrics.flatMap(({ MetricStat }) =>
    MetricStat === undefined
      ? []
      : [
          {
            namespace: MetricStat.Metric.Namespace,
            name: MetricStat.Metric.MetricName,
            dimensions: asRecord(MetricStat.Metric.Dimensions),
            statistic: MetricStat.Stat,
            periodSeconds: MetricStat.Period,
            unit: MetricStat.Unit,
          },
        ],
  );
}

function asRecord(dimensions: readonly Dimension[]): Record<string, unknown> {
  return Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
}
