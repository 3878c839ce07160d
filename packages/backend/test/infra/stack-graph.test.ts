import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import { expect, test } from 'vitest';

test('two nested stacks that read each other’s outputs are a cycle', () => {
  const nested = (parameter: object) => ({
    Type: 'AWS::CloudFormation::Stack',
    Properties: { Parameters: { parameter } },
  });

  expect(
    findCycle({
      Resources: {
        function: nested({ 'Fn::GetAtt': ['database', 'Outputs.Group'] }),
        database: nested({ 'Fn::GetAtt': ['function', 'Outputs.Group'] }),
        auth: nested({}),
      },
    }),
  ).toEqual(['function', 'database', 'function']);
});

test.each([
  ['Ref', { Properties: { a: [{ Ref: 'b' }] } }],
  ['DependsOn', { DependsOn: ['b'] }],
  ['Fn::GetAtt', { Properties: { a: { 'Fn::GetAtt': 'b.Arn' } } }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders.
  ['Fn::Sub', { Properties: { a: { 'Fn::Sub': 'x-${b.Arn}' } } }],
])('%s is a dependency', (_name, a) => {
  expect(findCycle({ Resources: { a, b: { DependsOn: 'a' } } })).toEqual(['a', 'b', 'a']);
});

test('resources that two others need are no cycle, and parameters are no resources', () => {
  const shared = { Properties: { a: { Ref: 'shared' }, region: { Ref: 'AWS::Region' } } };

  expect(findCycle({ Resources: { a: shared, b: { ...shared, DependsOn: 'a' }, shared: {} } })).toBeUndefined();
});
