import type { Stack } from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { findRootStacks, idsOf, readResources } from '../../../src/aws/amplify-stack.js';
import { answered } from '../../../src/aws/answer.js';
import type { Reader } from '../../../src/aws/reader.js';

// As ampx named them.
const MAIN = 'amplify-d1example-main-branch-5bfa880954';
const stack = (StackName: string, others: Partial<Stack> = {}): Stack => ({
  StackName,
  StackStatus: 'UPDATE_COMPLETE',
  CreationTime: new Date(0),
  ...others,
});

const reader = (answers: Readonly<Record<string, unknown>>) =>
  ({
    read: async (name: string, input: { StackName?: string }) => answered(answers[input.StackName ?? name] ?? []),
  }) as unknown as Reader;

const namesFound = async (stacks: readonly Stack[], options: Parameters<typeof findRootStacks>[1]) => {
  const found = await findRootStacks(reader({ 'cloudformation:DescribeStacks': stacks }), options);
  return found.ok ? found.value.map(({ StackName }) => StackName) : found;
};

test('the root stack of a branch is found without the id of the app', async () => {
  const stacks = [
    stack('amplify-d1example-maintenance-branch-5bfa880954'),
    stack('amplify-d1example-main-branch-0000000000'),
    stack(`${MAIN}-data7552DF31`, { RootId: MAIN }),
    stack(MAIN),
    stack(MAIN, { StackStatus: 'DELETE_COMPLETE' }),
  ];

  expect(await namesFound(stacks, { environment: 'main' })).toEqual([MAIN]);
  expect(await namesFound(stacks, { environment: 'main', appId: 'd2other' })).toEqual([]);
});

test('a sandbox is that of the package and of its owner', async () => {
  const alices = 'amplify-amplifyvpcpostgresstarter-alice-sandbox-47c82df3bc';

  const sandbox = { environment: 'sandbox', packageName: 'amplify-vpc-postgres-starter' };

  expect(await namesFound([stack(alices)], { ...sandbox, identifier: 'alice' })).toEqual([alices]);
  expect(await namesFound([stack(alices)], { ...sandbox, identifier: 'bob' })).toEqual([]);
  expect(await namesFound([stack(alices)], { ...sandbox, packageName: 'other', identifier: 'alice' })).toEqual([]);
});

test('the resources of nested stacks count, and those that are deleted do not', async () => {
  const resource = (ResourceType: string, PhysicalResourceId: string, ResourceStatus = 'CREATE_COMPLETE') => ({
    LogicalResourceId: PhysicalResourceId,
    ResourceType,
    PhysicalResourceId,
    ResourceStatus,
    LastUpdatedTimestamp: new Date(0),
  });
  const resources = await readResources(
    reader({
      root: [resource('AWS::CloudFormation::Stack', 'nested'), resource('AWS::Lambda::Function', 'one')],
      nested: [
        resource('AWS::Lambda::Function', 'two'),
        resource('AWS::Lambda::Function', 'gone', 'DELETE_COMPLETE'),
        resource('AWS::Lambda::Function', ''),
      ],
    }),
    'root',
  );

  expect(resources.ok && idsOf(resources.value, 'AWS::Lambda::Function')).toEqual(['one', 'two']);
});
