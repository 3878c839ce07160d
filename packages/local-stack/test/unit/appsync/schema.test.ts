import { schema as amplifySchema } from '@vpc-postgres/testing/app/amplify/data/schema.js';
import { describe, expect, it } from 'vitest';
import { functionNamesIn } from '../../../src/appsync/directives.js';
import { createExecutableSchema } from '../../../src/appsync/schema.js';
import { LocalStackError } from '../../../src/local-stack-error.js';

const invoke = () => Promise.reject(new Error('not invoked by these tests'));

describe('functionNamesIn', () => {
  it('finds every function that a field names, each once, whatever else the directive says', () => {
    const names = functionNamesIn(`
      "Not @function(name: \\"described\\")."
      type Query {
        a: String @function(name: "f") @function(name: "g")
        b: String @auth(rules: [{allow: private}]) @function(invocationType: Event, name: "h")
        c(name: String = "@function(name: \\"i\\")"): String @function(name : "f")
      }
      type Object { d: String @function(name: "k") }`);

    expect(names).toEqual(['f', 'g', 'h', 'k']);
  });

  it('finds those of this project', () => {
    expect(functionNamesIn(amplifySchema.transform().schema)).toEqual(['orders-api']);
  });
});

describe('createExecutableSchema', () => {
  it('serves the schema of this project', () => {
    const schema = createExecutableSchema({ sdl: amplifySchema.transform().schema, invoke });

    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual([
      'getOrder',
      'listOrders',
      'orderTotals',
      'databaseStatus',
    ]);
  });

  it.each([
    ['an authorizer function', '@auth(rules: [{allow: custom}])', '@auth(allow: custom) on Query.thing'],
    [
      'OpenID Connect',
      '@auth(rules: [{allow: private, provider: oidc}])',
      '@auth(allow: private, provider: oidc) on Query.thing',
    ],
    [
      'an option that is not known',
      '@auth(rules: [{allow: groups, groups: ["a"], operations: [read]}])',
      '@auth(allow: groups with operations) on Query.thing',
    ],
    [
      'a combination that Amplify does not have',
      '@auth(rules: [{allow: groups, groups: ["a"], provider: identityPool}])',
      '@auth(allow: groups, provider: identityPool) on Query.thing',
    ],
    [
      'one such rule among others',
      '@auth(rules: [{allow: private}, {allow: custom}])',
      '@auth(allow: custom) on Query.thing',
    ],
  ])('does not start with %s, which it could not check', (_, auth, named) => {
    expectProxyError(`type Query { thing: String @function(name: "f") ${auth} }`, named);
  });

  it('does not start with a field that has no function', () => {
    expectProxyError('type Query { thing: String }', 'Query.thing, which has no a.handler.function');
  });

  it('does not start with a type that no caller may read here', () => {
    expectProxyError(
      'type Query { thing: Thing @function(name: "f") } type Thing @aws_oidc @aws_lambda { id: ID }',
      '@aws_oidc @aws_lambda on type Thing',
    );
  });

  it('does not start with a subscription to no mutation', () => {
    expectProxyError(
      'type Query { thing: ID @function(name: "f") } type Subscription { onThing: ID @function(name: "f") }',
      'Subscription.onThing, which has no mutation in .for()',
    );
  });
});

function expectProxyError(sdl: string, named: string): void {
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
