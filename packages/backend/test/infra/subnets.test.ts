import { rmSync } from 'node:fs';
import { exampleEnvironment, exampleNetwork } from '@vpc-postgres/testing/support/environments.js';
import { pinnedVpc, type SubnetGroup } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { App, Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../src/configuration/configuration-error.js';
import type { SubnetChoice } from '../../src/configuration/network-settings.js';
import type { CachedContext } from '../../src/network/cached-context.js';
import { lookUpVpc } from '../../src/network/existing-vpc.js';
import { createLookupStack } from '../../src/network/lookup-stack.js';
import { selectSubnets } from '../../src/network/subnets.js';

const ISOLATED: SubnetGroup = {
  type: 'Isolated',
  subnets: { 'subnet-0000000a': 'eu-west-1a', 'subnet-0000000b': 'eu-west-1b' },
};
const WITH_EGRESS: SubnetGroup = {
  type: 'Private',
  name: 'Application',
  subnets: { 'subnet-0000001a': 'eu-west-1a', 'subnet-0000001c': 'eu-west-1c' },
};
const PUBLIC: SubnetGroup = { type: 'Public', subnets: { 'subnet-0000002a': 'eu-west-1a' } };

/** Without the folder that the CDK makes for templates. */
function unsynthesizedApp(): App {
  const app = new App();
  rmSync(app.outdir, { recursive: true });
  return app;
}

function lookUp(cachedContext: CachedContext): IVpc {
  const backendStack = new Stack(unsynthesizedApp(), 'amplify-app-main-branch-0123456789');
  return lookUpVpc(createLookupStack(backendStack, exampleEnvironment, cachedContext), exampleNetwork.vpc);
}

function select(groups: readonly SubnetGroup[], choice: SubnetChoice): string[] {
  const vpc = lookUp(pinnedVpc(exampleEnvironment, groups));
  return selectSubnets(vpc, choice).map((subnet) => subnet.subnetId);
}

function refusal(groups: readonly SubnetGroup[], choice: SubnetChoice): ConfigurationError {
  try {
    select(groups, choice);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The choice was accepted.');
}

test.each<[string, SubnetChoice, string[]]>([
  ['isolated subnets', { type: 'isolated' }, ['subnet-0000000a', 'subnet-0000000b']],
  ['subnets with egress', { type: 'withEgress' }, ['subnet-0000001a', 'subnet-0000001c']],
  [
    'subnets by id, of whatever type',
    { ids: ['subnet-0000000a', 'subnet-0000001c'] },
    ['subnet-0000000a', 'subnet-0000001c'],
  ],
  ['subnets by the name of their group', { subnetGroupName: 'Application' }, ['subnet-0000001a', 'subnet-0000001c']],
])('selects %s', (_what, choice, expected) => {
  expect(select([PUBLIC, ISOLATED, WITH_EGRESS], choice)).toEqual(expected);
});

test('refuses a type that the VPC has no subnet of', () => {
  const { problems } = refusal([WITH_EGRESS], { type: 'isolated' });

  expect(problems[0]?.got).toBe('"isolated", which is no subnet');
  expect(problems[0]?.fix).toContain('subnet-0000001c in eu-west-1c');
});

test('refuses a group that the VPC does not have, naming those that it has', () => {
  const { problems } = refusal([ISOLATED, WITH_EGRESS], { subnetGroupName: 'Aplication' });

  expect(problems).toEqual([
    {
      path: 'network.subnets.subnetGroupName',
      got: '"Aplication"',
      expected: 'a group of vpc-0a1b2c3d4e5f60718: Application, Isolated',
      fix: expect.stringContaining('choose one of its groups'),
    },
  ]);
});

test('refuses ids that the VPC does not have, naming those that it has', () => {
  const { problems } = refusal([ISOLATED], { ids: ['subnet-0000000a', 'subnet-ffffffff'] });

  expect(problems).toEqual([
    {
      path: 'network.subnets.ids',
      got: 'subnet-ffffffff',
      expected: 'subnets of vpc-0a1b2c3d4e5f60718: subnet-0000000a in eu-west-1a, subnet-0000000b in eu-west-1b',
      fix: expect.stringContaining('cdk.context.json'),
    },
  ]);
});

test.each<[string, SubnetChoice]>([
  ['isolated subnets', { type: 'isolated' }],
  ['ids', { ids: ['subnet-0000000a', 'subnet-0000000b'] }],
])('checks nothing while the lookup of %s is pending', (_what, choice) => {
  const vpc = lookUp({});

  expect(selectSubnets(vpc, choice).map((subnet) => subnet.subnetId)).toEqual(['p-12345', 'p-67890']);
});

test('the lookup stack keeps the prefix of the backend, even at the limit of a stack name', () => {
  const backendStack = new Stack(unsynthesizedApp(), 'Backend', { stackName: `amplify-${'x'.repeat(120)}` });

  const { stackName } = createLookupStack(backendStack, exampleEnvironment, {});

  expect(stackName).toMatch(/^amplify-x+-lookup$/);
  expect(stackName).toHaveLength(128);
});
