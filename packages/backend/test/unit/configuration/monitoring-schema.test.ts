import { describe, expect, test } from 'vitest';
import { fieldHelp } from '../../../src/configuration/fields.js';
import {
  DEFAULT_LOG_RETENTION_DAYS,
  type MonitoringSettings,
  monitoringSchema,
} from '../../../src/configuration/monitoring-settings.js';

const MONITORING_FIELDS = fieldHelp(monitoringSchema, ['monitoring']);
const alarmEmails = ['on-call@example.com'];

/** The path of each problem, with `*` for a position in a list. */
function problems(settings: unknown): string[] {
  return (monitoringSchema.safeParse(settings).error?.issues ?? []).flatMap((issue) => {
    const path = ['monitoring', ...issue.path.map((step) => (typeof step === 'number' ? '*' : String(step)))];
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key].join('.')) : [path.join('.')];
  });
}

test.each<[string, MonitoringSettings]>([
  ['one address', { alarmEmails }],
  ['several addresses', { alarmEmails: ['on-call@example.com', 'first.last+aws@mail.example.co.uk'] }],
  ['the default retention, written out', { alarmEmails, logRetentionDays: DEFAULT_LOG_RETENTION_DAYS }],
  ['no threshold', { alarmEmails, thresholds: {} }],
  ['the lowest thresholds', { alarmEmails, thresholds: { lambdaErrorsInFiveMinutes: 1, sessionPinnedConnections: 1 } }],
  [
    'the highest thresholds',
    { alarmEmails, thresholds: { lambdaErrorsInFiveMinutes: 1_000_000, sessionPinnedConnections: 262_143 } },
  ],
])('takes %s', (_what, settings) => {
  expect(problems(settings)).toEqual([]);
});

describe('refuses', () => {
  test.each<[string, unknown, string]>([
    ['alarms that nobody receives', { alarmEmails: [] }, 'monitoring.alarmEmails'],
    ['no list of receivers', {}, 'monitoring.alarmEmails'],
    ['one address without its list', { alarmEmails: 'on-call@example.com' }, 'monitoring.alarmEmails'],
    ['the same address twice', { alarmEmails: [...alarmEmails, 'On-Call@example.com'] }, 'monitoring.alarmEmails'],
    ['the placeholder', { alarmEmails: ['REPLACE_ME'] }, 'monitoring.alarmEmails.*'],
    ['a name without a host', { alarmEmails: ['on-call'] }, 'monitoring.alarmEmails.*'],
    ['a host without a dot', { alarmEmails: ['on-call@localhost'] }, 'monitoring.alarmEmails.*'],
    ['a name before an address', { alarmEmails: ['On call <on-call@example.com>'] }, 'monitoring.alarmEmails.*'],
    ['two addresses in one', { alarmEmails: ['a@example.com,b@example.com'] }, 'monitoring.alarmEmails.*'],
    ['a line break in an address', { alarmEmails: ['a@example.com\nb@example.com'] }, 'monitoring.alarmEmails.*'],
    ['a retention that CloudWatch lacks', { alarmEmails, logRetentionDays: 31 }, 'monitoring.logRetentionDays'],
    ['keeping for ever', { alarmEmails, logRetentionDays: 9999 }, 'monitoring.logRetentionDays'],
    ['a retention as text', { alarmEmails, logRetentionDays: '30' }, 'monitoring.logRetentionDays'],
    ['a misspelt field', { alarmEmails, logRetention: 30 }, 'monitoring.logRetention'],
    ['a threshold without its name', { alarmEmails, thresholds: 5 }, 'monitoring.thresholds'],
    [
      'an alarm that is always on',
      { alarmEmails, thresholds: { lambdaErrorsInFiveMinutes: 0 } },
      'monitoring.thresholds.lambdaErrorsInFiveMinutes',
    ],
    [
      'half an error',
      { alarmEmails, thresholds: { lambdaErrorsInFiveMinutes: 1.5 } },
      'monitoring.thresholds.lambdaErrorsInFiveMinutes',
    ],
    [
      'an alarm that can never be on',
      { alarmEmails, thresholds: { sessionPinnedConnections: 262_144 } },
      'monitoring.thresholds.sessionPinnedConnections',
    ],
    [
      'a threshold that is a constant',
      { alarmEmails, thresholds: { throttles: 5 } },
      'monitoring.thresholds.throttles',
    ],
  ])('%s', (_what, settings, path) => {
    expect(problems(settings)).toEqual([path]);
  });
});

test('every field has a text that says what belongs there', () => {
  const everyFieldWrong = {
    alarmEmails: 'x',
    logRetentionDays: 'x',
    thresholds: { lambdaErrorsInFiveMinutes: 'x', sessionPinnedConnections: 'x' },
  };
  const paths = [...problems('x'), ...problems(everyFieldWrong), ...problems({ alarmEmails: ['x'], thresholds: 'x' })];

  expect([...new Set(paths)].sort()).toEqual(Object.keys(MONITORING_FIELDS).sort());
});
