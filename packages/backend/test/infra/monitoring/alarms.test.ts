import { metricProblem } from '@vpc-postgres/testing/support/documented-metrics.js';
import {
  alarmsByRunbookSection,
  alarmsOf,
  everything,
  metricsOf,
  monitoringTemplate,
  settings,
} from '@vpc-postgres/testing/support/monitoring.js';
import { describe, expect, test } from 'vitest';

const FUNCTION_ALARMS = ['lambda-errors', 'lambda-throttles', 'lambda-duration'];
const PROXY_ALARMS = ['proxy-availability', 'session-pinning', 'borrow-latency', 'client-connections', 'auth-failures'];

const withReservation = monitoringTemplate(everything, { reservedConcurrency: 50 });
const alarms = alarmsByRunbookSection(withReservation);

test('a function behind a proxy with reserved concurrency has an alarm for everything that can go wrong', () => {
  expect([...alarms.keys()].sort()).toEqual([...FUNCTION_ALARMS, 'lambda-concurrency', ...PROXY_ALARMS].sort());
});

test('without reserved concurrency there is no alarm on concurrency', () => {
  expect([...alarmsByRunbookSection(monitoringTemplate()).keys()].sort()).toEqual(
    [...FUNCTION_ALARMS, ...PROXY_ALARMS].sort(),
  );
});

test('without a proxy there are the alarms of the function alone', () => {
  expect([...alarmsByRunbookSection(monitoringTemplate({})).keys()].sort()).toEqual([...FUNCTION_ALARMS].sort());
});

test('each function has its own alarms, named after it', () => {
  const template = monitoringTemplate({}, { functionNames: ['orders-api', 'invoices-api'] });

  expect(alarmsOf(template).map(({ AlarmDescription }) => AlarmDescription.split(':')[0])).toEqual([
    ...Array(FUNCTION_ALARMS.length).fill('orders-api'),
    ...Array(FUNCTION_ALARMS.length).fill('invoices-api'),
  ]);
});

describe('every alarm', () => {
  const knownLimit = monitoringTemplate({ proxy: { proxyName: 'orders', maxClientConnections: 50 } });
  const every = [...alarmsOf(withReservation), ...alarmsOf(knownLimit)];

  test('reads metrics that AWS publishes with these dimensions, by a statistic that says something', () => {
    expect(every.flatMap(metricsOf).map(metricProblem).filter(Boolean)).toEqual([]);
  });

  test('names no unit: CloudWatch would compare only data of that unit, and convert none', () => {
    expect(every.flatMap(metricsOf).filter(({ unit }) => unit !== undefined)).toEqual([]);
  });

  test('is about the monitored function or the monitored proxy', () => {
    const [functionId] = Object.keys(withReservation.findResources('AWS::Lambda::Function'));
    for (const { namespace, dimensions } of alarmsOf(withReservation).flatMap(metricsOf)) {
      if (namespace === 'AWS/Lambda') expect(dimensions).toEqual({ FunctionName: { Ref: functionId } });
      else expect(dimensions).toMatchObject({ ProxyName: 'orders' });
    }
  });

  test('publishes to the topic when it begins and when it ends', () => {
    const [topic] = Object.keys(withReservation.findResources('AWS::SNS::Topic'));
    for (const alarm of alarmsOf(withReservation)) {
      expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
      expect(alarm.OKActions).toEqual([{ Ref: topic }]);
    }
  });

  test('says in its description why it exists, within what CloudWatch takes', () => {
    for (const { AlarmDescription } of every) {
      // ASCII, because CloudFormation makes question marks of everything else.
      expect(AlarmDescription).toMatch(/^[\w -]+: [ -~]{30,}\. What to do: docs\/runbook\.md#[a-z-]+$/);
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  test('has no name of its own, which two environments would share', () => {
    for (const alarm of every) expect(alarm).not.toHaveProperty('AlarmName');
  });

  test('waits for no more data points than it looks at', () => {
    for (const alarm of every) expect(alarm.DatapointsToAlarm).toBe(alarm.EvaluationPeriods);
  });
});

test('silence is trouble for the availability of the proxy alone, which is reported every minute', () => {
  const silence = Object.fromEntries([...alarms].map(([section, alarm]) => [section, alarm.TreatMissingData]));

  expect(silence).toEqual({
    ...Object.fromEntries([...alarms.keys()].map((section) => [section, 'notBreaching'])),
    'proxy-availability': 'breaching',
  });
});

describe('thresholds', () => {
  const at = 'GreaterThanOrEqualToThreshold';

  test.each([
    ['lambda-errors', at, 3, 300, 1],
    ['lambda-throttles', at, 1, 300, 1],
    ['lambda-duration', at, 12_000, 300, 2],
    ['lambda-concurrency', at, 40, 60, 5],
    ['proxy-availability', 'LessThanThreshold', 90, 60, 3],
    ['session-pinning', at, 1, 60, 5],
    ['auth-failures', at, 5, 300, 1],
    ['client-connections', at, 80, undefined, 5],
  ])('%s fires %s %d', (section, comparison, threshold, periodSeconds, periods) => {
    expect(alarms.get(section)).toMatchObject({
      ComparisonOperator: comparison,
      Threshold: threshold,
      EvaluationPeriods: periods,
    });
    expect(alarms.get(section)?.Period).toBe(periodSeconds);
  });

  test('borrow latency is 200 ms in the microseconds of the metric, below the 5 s after which the proxy gives up', () => {
    const { Threshold = 0 } = alarms.get('borrow-latency') ?? {};

    expect(Threshold).toBe(200 * 1000);
    expect(Threshold).toBeLessThan(5 * 1000 * 1000);
  });

  test('duration is in milliseconds and below the timeout: a function that is stopped has no longer duration', () => {
    expect(alarms.get('lambda-duration')).toMatchObject({ ExtendedStatistic: 'p99' });
    expect(alarms.get('lambda-duration')?.Threshold).toBeLessThan(15 * 1000);
  });

  test('availability is that of the role that takes writes, spelt as the metric spells it', () => {
    expect(alarms.get('proxy-availability')?.Dimensions).toEqual([
      { Name: 'ProxyName', Value: 'orders' },
      { Name: 'TargetGroup', Value: 'default' },
      { Name: 'TargetRole', Value: 'READWRITE' },
    ]);
  });

  test.each([1, 2, 3, 5, 1000])('a reservation of %d can be nearly used up', (reservedConcurrency) => {
    const template = monitoringTemplate({}, { reservedConcurrency });
    const { Threshold = 0 } = alarmsByRunbookSection(template).get('lambda-concurrency') ?? {};

    expect(Threshold).toBeGreaterThanOrEqual(1);
    expect(Threshold).toBeGreaterThanOrEqual(reservedConcurrency * 0.8);
    expect(Threshold).toBeLessThanOrEqual(reservedConcurrency);
  });

  test('client connections are compared with the limit where it is known', () => {
    const template = monitoringTemplate({ proxy: { proxyName: 'orders', maxClientConnections: 50 } });
    const alarm = alarmsByRunbookSection(template).get('client-connections');

    expect(alarm).toMatchObject({ MetricName: 'ClientConnections', Threshold: 40, Statistic: 'Sum', Period: 60 });
    expect(alarm?.AlarmDescription).toContain('(50)');
  });

  test('client connections are compared with what the proxy may open where no limit is known', () => {
    const alarm = alarms.get('client-connections');
    const queries = Object.fromEntries(alarm?.Metrics?.map((query) => [query.Id, query]) ?? []);

    expect(alarm?.Metrics?.map(({ Expression }) => Expression).filter(Boolean)).toEqual(['100 * clients / allowed']);
    expect(queries.clients?.MetricStat?.Metric.MetricName).toBe('ClientConnections');
    expect(queries.allowed?.MetricStat?.Metric.MetricName).toBe('MaxDatabaseConnectionsAllowed');
  });

  test('an environment may have its own for errors and pinned connections', () => {
    const thresholds = { lambdaErrorsInFiveMinutes: 20, sessionPinnedConnections: 4 };
    const own = alarmsByRunbookSection(monitoringTemplate(everything, { settings: { ...settings, thresholds } }));

    expect(own.get('lambda-errors')?.Threshold).toBe(20);
    expect(own.get('session-pinning')?.Threshold).toBe(4);
    expect(own.get('borrow-latency')?.Threshold).toBe(200_000);
  });
});

describe('the table of documented metrics refuses', () => {
  const fine = { namespace: 'AWS/RDS', name: 'ClientConnections', statistic: 'Sum', periodSeconds: 60 };

  test.each([
    ['a name that AWS does not have', { ...fine, name: 'ClientConnection' }, { ProxyName: 'orders' }],
    ['the availability of a proxy as a whole', { ...fine, name: 'AvailabilityPercentage' }, { ProxyName: 'orders' }],
    ['a proxy by its id', fine, { DBProxyName: 'prx-1' }],
    ['a metric of another service', { ...fine, namespace: 'AWS/Lambda' }, { FunctionName: 'orders' }],
    ['an average over the nodes of a proxy', { ...fine, statistic: 'Average' }, { ProxyName: 'orders' }],
    ['the sum of a gauge over five minutes', { ...fine, periodSeconds: 300 }, { ProxyName: 'orders' }],
  ])('%s', (_what, metric, dimensions) => {
    expect(metricProblem({ ...metric, dimensions })).toEqual(expect.any(String));
  });

  test('and takes what is right', () => {
    expect(metricProblem({ ...fine, dimensions: { ProxyName: 'orders' } })).toBeUndefined();
  });
});
