import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { CHECK_GROUPS } from '../../../src/doctor/checks/all.js';
import { type AccountAnswers, factsFrom } from '../../../src/doctor/facts.js';
import { renderReport } from '../../../src/doctor/render.js';
import { makeReport } from '../../../src/doctor/report.js';
import { healthy, proxies } from './sample-facts.js';

const SCHEMA = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/doctor.schema.json'), 'utf8'));
const isReport = new Ajv2020({ allErrors: true }).compile(SCHEMA);

const broken = { ...healthy, proxies: proxies.DBProxies.map((proxy) => ({ ...proxy, RequireTLS: false })) };
const { name, environment, now, installed, ...account } = healthy;
const answers = Object.fromEntries(
  Object.entries(account).map(([part, value]) => [part, { ok: true, value }]),
) as unknown as AccountAnswers;
const refusal = { read: 'rds:DescribeDBProxies', reason: 'not permitted', message: 'Refused.' } as const;
const partly = factsFrom({ name, environment, now, installed }, { ...answers, proxies: { ok: false, refusal } });

const reports = {
  healthy: makeReport(healthy, CHECK_GROUPS, []),
  broken: makeReport(broken, CHECK_GROUPS, []),
  partly: makeReport(partly, CHECK_GROUPS, [refusal]),
  stopped: makeReport(healthy, CHECK_GROUPS.slice(0, 1), [], 'the region is off'),
};
const plain = (report: (typeof reports)['healthy'], width = 80) => renderReport(report, { width, colour: false });

test.each(Object.entries(reports))('the %s report is as its JSON schema says', (_, report) => {
  isReport(JSON.parse(JSON.stringify(report)));

  expect(isReport.errors).toBeNull();
});

test('the schema rejects a status that it does not know', () => {
  const altered = JSON.stringify(reports.healthy).replace('"status":"ok"', '"status":"fine"');

  expect(isReport(JSON.parse(altered))).toBe(false);
});

test('what is in order is one line a check, and ends calmly', () => {
  const text = plain(reports.healthy);

  expect(text).toMatch(/ {2}✓ TLS is required +yes\n/);
  expect(text.split('\n').at(-1)).toBe(`main is in order: ${reports.healthy.summary.ok} checks.`);
  expect(text).not.toMatch(/✗|!|\?/);
});

test('what is wrong has the problem, the fix on a line of its own, what breaks, and where to read on', () => {
  expect(plain(reports.broken)).toContain(
    [
      '  ✗ TLS is required',
      '      app does not require TLS.',
      '        aws rds modify-db-proxy --db-proxy-name app --require-tls',
      '      Otherwise: A client without TLS is let in, and what it sends can be read',
      '      on the way.',
      '      docs/security.md#on-the-wire',
    ].join('\n'),
  );
  expect(plain(reports.broken)).toMatch(/1 problem, \d+ in order\.$/);
});

test('a missing permission is named with the checks that needed it, and with a policy that grants it', () => {
  const text = plain(reports.partly);

  expect(text).toMatch(/\? TLS is required +not permitted: rds:DescribeDBProxies\n/);
  expect(text).toContain('Your credentials lack these permissions:\n  rds:DescribeDBProxies\n');
  const policy = text.slice(text.indexOf('\n{'), text.indexOf('\n}') + 2);
  expect(JSON.parse(policy)).toEqual(reports.partly.missingPermissions?.policy);
});

test('the sum comes last, with the titles of what was found', () => {
  const alarming = {
    ...broken,
    environment: { ...broken.environment, monitoring: { alarmEmails: ['a@example.com'] } },
  };
  const several = makeReport({ ...alarming, targets: [], alarms: [] }, CHECK_GROUPS, []);

  expect(plain(several).split('\n').slice(-4)).toEqual([
    '',
    expect.stringMatching(/^ {2}✗ TLS is required, Target health, /),
    expect.stringMatching(/^\d problems, \d+ in order\.$/),
    'Begin with the first: those below it can be its consequences.',
  ]);
});

test('a command that is wider than the terminal is continued in front of its options, as a shell does it', () => {
  const finding = {
    severity: 'problem',
    problem: 'It is public.',
    fix: 'aws rds modify-db-instance --db-instance-identifier orders-db --no-publicly-accessible --apply-immediately',
  } as const;
  const check = { id: 'x', title: 'X', status: 'problem', findings: [finding], breaks: 'All.', page: 'x.md' } as const;
  const text = plain({ ...reports.healthy, groups: [{ title: 'Database', checks: [check] }] });

  expect(text).toContain(
    [
      '        aws rds modify-db-instance --db-instance-identifier orders-db \\',
      '          --no-publicly-accessible --apply-immediately',
    ].join('\n'),
  );
  expect(text.replaceAll(/ \\\n +/g, ' ')).toContain(finding.fix);
});

test('what is in order is cut behind a word in a terminal, and whole in a pipe', () => {
  const check = {
    id: 'x',
    title: 'X',
    status: 'ok',
    detail: `one, two, ${'three'.repeat(20)}`,
    findings: [],
    breaks: 'All.',
    page: 'x.md',
  } as const;
  const report = { ...reports.healthy, groups: [{ title: 'Database', checks: [check] }] };

  expect(plain(report, 40)).toContain('X  one, two…\n');
  expect(renderReport(report, { width: 40, colour: false, keepsDetails: true })).toContain(`X  ${check.detail}\n`);
});

test('a report that stopped says why', () => {
  expect(plain(reports.stopped)).toMatch(/Nothing else was looked at: the region is off\.$/);
});

test.each([80, 120])('no line but a command is wider than %i columns', (width) => {
  for (const report of [reports.healthy, reports.broken]) {
    const wide = plain(report, width)
      .split('\n')
      .filter((line) => line.length > width && !/^ +(aws|npx|npm) /.test(line));
    expect(wide).toEqual([]);
  }
});

test('colour is only where it is asked for', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what colours are made of.
  const escapes = /\u001b\[/;

  expect(plain(reports.broken)).not.toMatch(escapes);
  expect(renderReport(reports.broken, { width: 80, colour: true })).toMatch(escapes);
});
