/** Defines the alarms of a function. A function without invocations has no data, and that raises none of them. */
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmThresholds } from '../configuration/monitoring-settings.js';
import type { AlarmDefinition } from './alarms.js';
import { FIVE_MINUTES, functionMetric, ONE_MINUTE } from './metrics.js';
import type { MonitoredFunction } from './monitored.js';

/** One timeout during a failover is bad luck; three in five minutes are not. */
const ERRORS_IN_FIVE_MINUTES = 3;

/** Each is a request that was turned away. */
const THROTTLES_IN_FIVE_MINUTES = 1;

/** Early enough to act before callers see timeouts: 12 s of 15 s. */
const PERCENT_OF_TIMEOUT = 80;

/** Early enough to raise the reservation before requests are turned away. */
const PERCENT_OF_RESERVED_CONCURRENCY = 80;

const MILLISECONDS_PER_SECOND = 1000;

export function functionAlarms(fn: MonitoredFunction, thresholds: AlarmThresholds): readonly AlarmDefinition[] {
  const { name, timeoutSeconds, reservedConcurrency } = fn;
  const alarms: AlarmDefinition[] = [
    {
      id: `${name}-Errors`,
      subject: name,
      reason: 'invocations crash or time out, and callers get Lambda:Unhandled.',
      runbook: 'lambda-errors',
      metric: functionMetric(fn, 'Errors', { statistic: Stats.SUM, period: FIVE_MINUTES }),
      threshold: thresholds.lambdaErrorsInFiveMinutes ?? ERRORS_IN_FIVE_MINUTES,
      periods: 1,
      silenceMeans: 'nothing happened',
    },
    {
      id: `${name}-Throttles`,
      subject: name,
      reason: 'Lambda turns requests away, because its concurrency or that of the account is used up.',
      runbook: 'lambda-throttles',
      metric: functionMetric(fn, 'Throttles', { statistic: Stats.SUM, period: FIVE_MINUTES }),
      threshold: THROTTLES_IN_FIVE_MINUTES,
      periods: 1,
      silenceMeans: 'nothing happened',
    },
    {
      id: `${name}-Duration`,
      subject: name,
      reason: `the slowest 1 % of invocations come close to the timeout of ${timeoutSeconds} s.`,
      runbook: 'lambda-duration',
      metric: functionMetric(fn, 'Duration', { statistic: Stats.p(99), period: FIVE_MINUTES }),
      threshold: (timeoutSeconds * MILLISECONDS_PER_SECOND * PERCENT_OF_TIMEOUT) / 100,
      // With few invocations p99 is the slowest one: a single slow start must not do.
      periods: 2,
      silenceMeans: 'nothing happened',
    },
  ];
  if (reservedConcurrency !== undefined) {
    alarms.push({
      id: `${name}-Concurrency`,
      subject: name,
      reason: `nearly all of its ${reservedConcurrency} reserved executions are in use; the next requests are turned away.`,
      runbook: 'lambda-concurrency',
      metric: functionMetric(fn, 'ConcurrentExecutions', { statistic: Stats.MAXIMUM, period: ONE_MINUTE }),
      // Rounded up, and so never above what can be reached.
      threshold: Math.ceil((reservedConcurrency * PERCENT_OF_RESERVED_CONCURRENCY) / 100),
      periods: 5,
      silenceMeans: 'nothing happened',
    });
  }
  return alarms;
}
