import { metricProblem } from '@vpc-postgres/testing/support/documented-metrics.js';
import { everything, monitoringTemplate } from '@vpc-postgres/testing/support/monitoring.js';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';

interface Widget {
  readonly type: string;
  readonly y: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
    readonly stat?: string;
    readonly period?: number;
  };
}

/** With each reference to a resource replaced by its id. */
function widgetsOf(template: Template): Widget[] {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = dashboard?.Properties.DashboardBody;
  const parts: unknown[] = typeof body === 'string' ? [body] : body['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : idOf(part))).join('')).widgets;
}

const idOf = (reference: unknown) => String(Object.values(reference ?? {})[0]);

const rows = (template: Template) =>
  widgetsOf(template)
    .filter(({ type }) => type === 'metric')
    .map(({ properties }) => properties.title?.split(':')[0]);

test('shows functions, proxy and database in the order of a request', () => {
  expect([...new Set(rows(monitoringTemplate()))]).toEqual(['Lambda', 'RDS Proxy', 'PostgreSQL']);
});

test('has no row for what is not there', () => {
  expect([...new Set(rows(monitoringTemplate({})))]).toEqual(['Lambda']);
  expect([...new Set(rows(monitoringTemplate({ database: { clusterIdentifier: 'orders' } })))]).toEqual([
    'Lambda',
    'PostgreSQL',
  ]);
});

test('shows the state of every alarm', () => {
  const template = monitoringTemplate();
  const [alarms] = widgetsOf(template).filter(({ type }) => type === 'alarm');

  expect(alarms?.properties.alarms?.map((alarm) => alarm.split(',')[0])).toEqual(
    Object.keys(template.findResources('AWS::CloudWatch::Alarm')),
  );
});

test('has no name of its own, which two environments would share', () => {
  const [dashboard] = Object.values(monitoringTemplate().findResources('AWS::CloudWatch::Dashboard'));

  expect(dashboard?.Properties).not.toHaveProperty('DashboardName');
});

test('fills the width of the page, row by row', () => {
  const widths = new Map<number, number>();
  for (const { y, width } of widgetsOf(monitoringTemplate())) widths.set(y, (widths.get(y) ?? 0) + width);

  expect([...widths.values()]).toEqual([24, 24, 24, 24, 24]);
});

describe.each([
  ['an instance', { instanceIdentifier: 'orders-db' }],
  ['a cluster', { clusterIdentifier: 'orders' }],
])('in front of %s', (_what, database) => {
  test('reads metrics that AWS publishes with these dimensions, by a statistic that says something', () => {
    const read = widgetsOf(monitoringTemplate({ ...everything, database })).flatMap(metricsShown);

    expect(read.length).toBeGreaterThan(15);
    expect(read.map(metricProblem).filter(Boolean)).toEqual([]);
  });
});

/** `[namespace, name, dimension, value, …, options]`, where options that all metrics share are those of the widget. */
function metricsShown({ properties }: Widget) {
  return (properties.metrics ?? []).map(([namespace, name, ...rest]) => {
    const options = rest.findLast((item) => typeof item === 'object' && item !== null);
    const pairs = rest.filter((item) => item !== options);
    const dimensions = Object.fromEntries(
      pairs.flatMap((key, index) => (index % 2 === 0 ? [[String(key), pairs[index + 1]]] : [])),
    );
    const { stat = properties.stat, period = properties.period } = { ...options } as { stat?: string; period?: number };
    return {
      namespace: String(namespace),
      name: String(name),
      dimensions,
      statistic: stat ?? 'Average',
      periodSeconds: period ?? 300,
    };
  });
}
