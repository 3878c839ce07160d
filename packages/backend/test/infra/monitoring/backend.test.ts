import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { asBranch, asSandbox } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment, proxyWithIam, withDatabase } from '@vpc-postgres/testing/support/environments.js';
import { branch, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';

const environment = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });

describe('a branch with alarms', () => {
  let main: Synthesis;

  beforeAll(async () => {
    main = await synthesize(branch('main'), { environments: { main: asBranch(environment) }, bundle: false });
  });

  test('has a stack for them that reads from the others, and none of those waits for it', () => {
    const stacks = main.root.findResources('AWS::CloudFormation::Stack');
    const monitoring = Object.entries(stacks).find(([id]) => id.startsWith('monitoring'));
    const readsFrom = JSON.stringify(monitoring?.[1].Properties.Parameters);

    expect(readsFrom).toMatch(/"function[^"]*","Outputs\./);
    expect(readsFrom).toMatch(/"networkAndDatabase[^"]*","Outputs\./);
  });

  test('watches the function, against its own timeout and its reserved concurrency, and the proxy by its name', () => {
    const alarms = main.nested('monitoring').findResources('AWS::CloudWatch::Alarm');
    const thresholds = Object.fromEntries(
      Object.entries(alarms).map(([id, { Properties }]) => [id.slice(0, -8), Properties.Threshold]),
    );

    expect(thresholds).toMatchObject({
      ordersapiDuration: 12_000,
      ordersapiConcurrency: 40,
      ProxyClientConnections: 40,
    });
    main.nested('monitoring').hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ClientConnections',
      Dimensions: [{ Name: 'ProxyName', Value: { Ref: Match.stringLikeRegexp('Proxy.*Ref$') } }],
    });
  });

  test('leaves the function one log group, of its own stack, in the settings that Amplify made', () => {
    const template = main.nested('function');
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));

    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logGroup } } });
    main.nested('monitoring').resourceCountIs('AWS::Logs::LogGroup', 0);
  });
});

test('a sandbox has no alarm, and logs that go with it', async () => {
  const alice = await synthesize(sandbox('alice'), {
    environments: { sandbox: asSandbox(environment) },
    bundle: false,
  });

  expect(ofType(alice, 'AWS::CloudWatch::Alarm')).toEqual([]);
  alice.nested('function').hasResource('AWS::Logs::LogGroup', {
    Properties: { RetentionInDays: 30 },
    DeletionPolicy: 'Delete',
  });
});

test('an environment that asks for none has no alarm', async () => {
  const main = await synthesize(branch('main'), { environments: { main: exampleEnvironment }, bundle: false });

  expect(ofType(main, 'AWS::CloudWatch::Alarm')).toEqual([]);
});
