/** Every experiment at the real local stack, with an idle timeout that a test can wait for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalConnection } from '../../src/local-target.js';
import type { Experiment, Site, StackEvent } from '../../src/prove/experiment.js';
import { localSite } from '../../src/prove/local-site.js';
import { EXPERIMENTS, prove } from '../../src/prove/prove.js';
import { renderProof } from '../../src/prove/report.js';
import { describePlan } from '../../src/prove/run.js';

const IDLE_SECONDS = 2;
let stack: TestStack;
let site: Site;

const startStack = (pinning = {}) =>
  startTestStack({
    startProxy: (options) =>
      startRdsProxy({ ...options, pool: { ...options.pool, idleClientTimeoutSeconds: IDLE_SECONDS }, pinning }),
  });

async function siteOf({ stateDirectory, url }: TestStack): Promise<Site> {
  const connection: LocalConnection = JSON.parse(await readFile(join(stateDirectory, 'connection.json'), 'utf8'));
  const caFile = join(stateDirectory, 'ca.pem');
  return localSite({ connection, caFile, consoleUrl: url, idleClientTimeoutSeconds: IDLE_SECONDS, restSeconds: 32 });
}

beforeAll(async () => {
  stack = await startStack();
  site = await siteOf(stack);
});
afterAll(() => stack?.stop());

const named = (...ids: string[]) => EXPERIMENTS.filter(({ id }) => ids.includes(id));
const head = { environment: 'main', region: 'eu-west-1', at: new Date('2026-11-27T10:00:00Z') };

test('each experiment that can run locally answers there what it says that the local stack answers', async () => {
  const proved = await prove(
    site,
    EXPERIMENTS.filter(({ id }) => id !== 'freeze-and-thaw'),
  );

  expect(
    Object.fromEntries(
      proved.map(({ id, status, observation, reason }) => [id, observation?.answer ?? `${status}: ${reason}`]),
    ),
  ).toEqual({
    'functions-reach': 'each reaches it',
    'one-sync': 'takes it',
    'two-users': 'both sign in',
    'migration-rollback': 'not run: CloudFormation is not emulated: only AWS can prove this.',
    'tear-down': 'not run: CloudFormation is not emulated: only AWS can prove this.',
    'set-pins': 'pins',
    'identity-pins': 'does not pin',
    'set-local-pins': 'pins',
    'set-config-local-pins': 'pins',
    'idle-client-timeout': 'the connection ends without a message',
  });
  expect(new Set(proved.map(({ status }) => status))).toEqual(new Set(['as the local stack', 'not run']));
  expect(renderProof(proved, head)).toContain('Nothing that was measured.');
});

test.runIf(exhaustive)(
  'after a rest the thawed function has dropped the connection of its pool',
  { timeout: 90_000 },
  async () => {
    const own = await startTestStack();
    try {
      const [proved] = await prove(await siteOf(own), named('freeze-and-thaw'));

      expect(proved).toMatchObject({
        status: 'as the local stack',
        observation: { details: [expect.stringMatching(/orders-api: 1 connections before .* 0 after/)] },
      });
    } finally {
      await own.stop();
    }
  },
);

test('a proxy that answers otherwise is reported, with the setting of the emulator', async () => {
  const other = await startStack({ setLocalPins: false });
  try {
    const proved = await prove(await siteOf(other), named('set-pins', 'set-local-pins'));

    expect(proved.map(({ status }) => status)).toEqual(['as the local stack', 'differs']);
    const text = renderProof(proved, head);
    expect(text).toContain('2026-11-27 10:00 UTC');
    expect(text).toContain('| set-local-pins | does not pin | pins | `setLocalPins` |');
  } finally {
    await other.stop();
  }
});

test('an experiment that fails is reported, and the next one runs', async () => {
  await stack.proxy.applyFault({ fault: 'expire-credentials', on: true });
  try {
    const proved = await prove(site, named('one-sync', 'two-users', 'functions-reach'));

    expect(proved.map(({ id, status, observation }) => `${id} ${observation?.answer ?? status}`)).toEqual([
      'functions-reach not each reaches it',
      'one-sync failed',
      'two-users neither signs in',
    ]);
  } finally {
    await stack.proxy.applyFault({ fault: 'clear' });
  }
});

test('the plan says what cannot run here and why, and that nothing is created', () => {
  expect(describePlan(EXPERIMENTS, site, 100)).toMatch(
    /Cannot run at .*:\n {2}.*tear-down.*\n {6}CloudFormation is not emulated/,
  );
  expect(describePlan(EXPERIMENTS, { ...site, kind: 'aws', lacks: {} }, 1000)).toMatch(
    /About \d+ minutes\. .*creates and changes nothing/s,
  );
});

describe('the events of CloudFormation', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 27, 10, 0, seconds));
  const event = (resource: string, type: string, status: string, seconds: number, reason?: string): StackEvent => ({
    stackId: 'stack',
    resource,
    type,
    status,
    reason,
    at: at(seconds),
  });
  const observe = (id: string, events: readonly StackEvent[]) => {
    const [experiment] = named(id) as [Experiment];
    return experiment.run({ ...site, stackEvents: async () => events });
  };
  const failed = event(
    'MigratedDatabase',
    'AWS::CloudFormation::CustomResource',
    'UPDATE_FAILED',
    1,
    'The migrations failed.\n0002',
  );

  test('show how long the deletion of each type takes', async () => {
    const events = [
      event('Proxy', 'AWS::RDS::DBProxy', 'DELETE_IN_PROGRESS', 0),
      event('Group', 'AWS::EC2::SecurityGroup', 'DELETE_IN_PROGRESS', 0),
      event('Group', 'AWS::EC2::SecurityGroup', 'DELETE_IN_PROGRESS', 300),
      event('Proxy', 'AWS::RDS::DBProxy', 'DELETE_COMPLETE', 61),
      event('Group', 'AWS::EC2::SecurityGroup', 'DELETE_COMPLETE', 1_200),
      event('Parameter', 'AWS::SSM::Parameter', 'DELETE_COMPLETE', 2_000),
    ];

    expect(await observe('tear-down', events)).toEqual({
      answer: '20 min at most, for AWS::EC2::SecurityGroup',
      details: ['AWS::EC2::SecurityGroup: 1200 s at most, of 1.', 'AWS::RDS::DBProxy: 61 s at most, of 1.'],
    });
  });

  test.each([
    ['shown, and rolled back', [failed, event('stack', 'AWS::CloudFormation::Stack', 'UPDATE_ROLLBACK_COMPLETE', 9)]],
    ['not each is', [failed, event('stack', 'AWS::CloudFormation::Stack', 'UPDATE_ROLLBACK_FAILED', 9)]],
    [
      'not each is',
      [{ ...failed, reason: 'timed out' }, event('stack', 'AWS::CloudFormation::Stack', 'ROLLBACK_COMPLETE', 9)],
    ],
    ['nothing to see yet', []],
  ])('of a failed migration: %s', async (answer, events) => {
    expect(await observe('migration-rollback', events)).toMatchObject({ answer });
  });
});
