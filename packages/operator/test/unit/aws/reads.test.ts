import { expect, test } from 'vitest';
import { policyFor } from '../../../src/aws/policy.js';
import { operationOf, READS, type ReadName } from '../../../src/aws/reads.js';

const names = Object.keys(READS) as ReadName[];

test.each(names)('%s is the operation of its command, and reads', (name) => {
  expect(READS[name].command.name).toBe(`${operationOf(name)}Command`);
  expect(operationOf(name)).toMatch(/^(Describe|Get|List)[A-Z]|^SimulatePrincipalPolicy$/);
});

test('none of them returns the value of a secret', () => {
  expect(names.filter((name) => /GetSecretValue|GetParametersByPath|GenerateDataKey|Decrypt/.test(name))).toEqual([]);
});

test('the policy has each read as an action, and of Parameter Store the CDK’s version alone', () => {
  const { Statement } = policyFor(names, 'eu-west-1');

  expect(Statement.flatMap(({ Action }) => Action).toSorted()).toEqual(names.toSorted());
  expect(Statement.find(({ Action }) => Action.includes('ssm:GetParameter'))).toEqual({
    Sid: 'ReadSSM',
    Effect: 'Allow',
    Action: ['ssm:GetParameter'],
    Resource: 'arn:aws:ssm:*:*:parameter/cdk-bootstrap/*',
  });
});

test.each([
  ['cn-north-1', 'arn:aws-cn:ssm:'],
  ['us-gov-west-1', 'arn:aws-us-gov:ssm:'],
])('in %s the policy names %s…', (region, prefix) => {
  expect(String(policyFor(['ssm:GetParameter'], region).Statement[0]?.Resource).startsWith(prefix)).toBe(true);
});
