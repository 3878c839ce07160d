import { describe, expect, it } from 'vitest';
import { schema as amplifySchema } from '../../../../amplify/data/schema.js';
import { createExecutableSchema } from '../../../../src/local/appsync/schema.js';
import { LocalStackError } from '../../../../src/local/local-stack-error.js';

const invoke = () => Promise.reject(new Error('not invoked by these tests'));

describe('createExecutableSchema', () => {
  it('serves the schema of this project', () => {
    const schema = createExecutableSchema({ sdl: amplifySchema.transform().schema, invoke });

    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['getOrder', 'listOrders', 'orderTotals']);
  });

  it.each([
    ['owner rules', '@auth(rules: [{allow: owner}])', '@auth(allow: owner) on Query.thing'],
    ['API keys', '@auth(rules: [{allow: public}])', '@auth(allow: public) on Query.thing'],
    [
      'identity pools',
      '@auth(rules: [{allow: private, provider: identityPool}])',
      '@auth(allow: private, provider: identityPool) on Query.thing',
    ],
    ['an authorizer function', '@auth(rules: [{allow: custom}])', '@auth(allow: custom) on Query.thing'],
    [
      'groups named by a field',
      '@auth(rules: [{allow: groups, groupsField: "team", groups: ["a"]}])',
      '@auth(allow: groups with groupsField) on Query.thing',
    ],
    [
      'one such rule among others',
      '@auth(rules: [{allow: private}, {allow: owner}])',
      '@auth(allow: owner) on Query.thing',
    ],
  ])('does not start with %s, which it could not check', (_, auth, named) => {
    expectRefusal(`type Query { thing: String @function(name: "f") ${auth} }`, named);
  });

  it('does not start with a field that has no function', () => {
    expectRefusal('type Query { thing: String }', 'Query.thing, which has no a.handler.function');
  });

  it('does not start with a type that the user pool may not read', () => {
    expectRefusal(
      'type Query { thing: Thing @function(name: "f") } type Thing @aws_api_key { id: ID }',
      '@aws_api_key on type Thing',
    );
  });

  it('does not start with subscriptions', () => {
    expectRefusal(
      'type Query { thing: ID @function(name: "f") } type Subscription { onThing: ID @function(name: "f") }',
      'type Subscription',
    );
  });
});

function expectRefusal(sdl: string, named: string): void {
  let thrown: unknown;
  try {
    createExecutableSchema({ sdl, invoke });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(LocalStackError);
  expect(thrown).toMatchObject({
    message: `The schema cannot be served: not supported locally yet: ${named}.`,
    fix: expect.stringContaining('sandbox'),
  });
}
