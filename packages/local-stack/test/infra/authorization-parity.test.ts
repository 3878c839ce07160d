/** The local checks of `@auth` rules against the templates that Amplify makes of the same rules. */
import { a } from '@aws-amplify/data-schema';
import {
  type AmplifyAuthorization,
  type AppSyncCaller,
  synthesizeAuthorization,
} from '@vpc-postgres/testing/support/amplify-authorization.js';
import { graphql } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import type { AuthenticatedCaller, IamRole } from '../../src/appsync/caller.js';
import { createExecutableSchema } from '../../src/appsync/schema.js';

const answering = () => a.handler.function('answer');

/** Every rule that a custom operation may have. */
const emitted = a
  .schema({
    forUsers: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.authenticated()])
      .handler(answering()),
    forAdmins: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.group('admins')])
      .handler(answering()),
    forStaff: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.groups(['admins', 'sales'])])
      .handler(answering()),
    forKey: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.publicApiKey()])
      .handler(answering()),
    forGuests: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.guest()])
      .handler(answering()),
    forPoolUsers: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.authenticated('identityPool')])
      .handler(answering()),
    forMany: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.publicApiKey(), allow.guest(), allow.group('admins')])
      .handler(answering()),
  })
  .transform().schema;

/** And those that can be written by hand. */
const SDL = emitted
  .replace(
    'type Query {',
    `type Query {
  byClaim: String @function(name: "answer") @auth(rules: [{allow: groups, groups: ["it"], groupClaim: "department"}])
  byOwner: String @function(name: "answer") @auth(rules: [{allow: owner}])
  byOwnerOrGroup: String @function(name: "answer") @auth(rules: [{allow: owner}, {allow: groups, groups: ["admins"]}])
  byGroupsField: String @function(name: "answer") @auth(rules: [{allow: groups, groupsField: "team"}])
  unruled: String @function(name: "answer")
  note: Note @function(name: "answer") @auth(rules: [{allow: private}, {allow: public}])
  plain: Plain @function(name: "answer") @auth(rules: [{allow: private}, {allow: public}])
  secret: Secret @function(name: "answer") @auth(rules: [{allow: private}, {allow: public}])`,
  )
  .concat(`
type Note @aws_api_key @aws_cognito_user_pools {
  open: String
  forOwner: String @auth(rules: [{allow: owner}])
  forTeam: String @auth(rules: [{allow: groups, groupsField: "team"}])
  forKeyOnly: String @auth(rules: [{allow: public}])
  forAdminsOnly: String @auth(rules: [{allow: groups, groups: ["admins"]}])
  owner: String
  team: String
}
type Plain { text: String }
type Secret @aws_cognito_user_pools(cognito_groups: ["admins"]) { text: String more: String @auth(rules: [{allow: public}]) }
`);

const FIELDS = [...SDL.matchAll(/^\s*(\w+): String @function/gm)].map(([, name]) => name ?? '');

/** By the field of Query that gives the object. */
const OBJECTS = {
  note: ['open', 'forOwner', 'forTeam', 'forKeyOnly', 'forAdminsOnly'],
  plain: ['text'],
  secret: ['text', 'more'],
};
const NOTE = {
  open: '1',
  forOwner: '2',
  forTeam: '3',
  forKeyOnly: '4',
  forAdminsOnly: '5',
  owner: 'sub-1::alice',
  team: 'admins',
};

const user = (...groups: string[]) => ({
  sub: 'sub-1',
  issuer: 'issuer',
  username: 'alice',
  claims: { sub: 'sub-1', username: 'alice', ...(groups.length > 0 && { 'cognito:groups': groups }) },
  sourceIp: [],
  defaultAuthStrategy: 'ALLOW' as const,
  groups: groups.length > 0 ? groups : null,
});

const iam = (role: IamRole) => ({
  accountId: '000000000000',
  cognitoIdentityPoolId: role === 'service' ? null : 'eu-west-1:pool',
  cognitoIdentityId: role === 'service' ? null : 'eu-west-1:id',
  cognitoIdentityAuthType:
    role === 'service' ? null : role === 'guest' ? ('unauthenticated' as const) : ('authenticated' as const),
  cognitoIdentityAuthProvider: null,
  sourceIp: [],
  username: role,
  userArn: `arn:aws:sts::000000000000:assumed-role/${role}/CognitoIdentityCredentials`,
});

const inDepartment = { ...user(), claims: { ...user().claims, department: ['it'] } };

const CALLERS: readonly [string, AuthenticatedCaller][] = [
  ['a user', { mode: 'userPool', identity: user() }],
  ['an admin', { mode: 'userPool', identity: user('admins') }],
  ['a user of two groups', { mode: 'userPool', identity: user('others', 'sales') }],
  ['a user of a department', { mode: 'userPool', identity: inDepartment }],
  ['a holder of the API key', { mode: 'apiKey', identity: null }],
  ['a guest', { mode: 'iam', role: 'guest', identity: iam('guest') }],
  ['a user of the identity pool', { mode: 'iam', role: 'authenticated', identity: iam('authenticated') }],
  ['a service', { mode: 'iam', role: 'service', identity: iam('service') }],
];

const AUTH_TYPES = {
  userPool: 'User Pool Authorization',
  apiKey: 'API Key Authorization',
  iam: 'IAM Authorization',
} as const;

let mayHaveInAws: AmplifyAuthorization;

beforeAll(() => {
  mayHaveInAws = synthesizeAuthorization(SDL);
});

test.each(CALLERS)('%s may have the same operations here and in AWS', async (_, caller) => {
  const data = await ask(caller, `{ ${FIELDS.join(' ')} }`);

  const here = FIELDS.filter((field) => data[field] === 'yes');

  expect(FIELDS).toHaveLength(12);
  expect(here).toEqual(FIELDS.filter((field) => mayHaveInAws(`Query.${field}`, inAws(caller))));
});

// Who has no right to the object gets none of its fields.
test.each(
  CALLERS.filter(([, { mode, ...caller }]) => mode !== 'iam' || ('role' in caller && caller.role === 'service')),
)('%s may have the same fields of objects here and in AWS', async (_, caller) => {
  const selections = Object.entries(OBJECTS).map(([object, fields]) => `${object} { ${fields.join(' ')} }`);
  const data = await ask(caller, `{ ${selections.join(' ')} }`);
  const places = Object.entries(OBJECTS).flatMap(([object, fields]) => fields.map((field) => ({ object, field })));

  const here = places.filter(({ object, field }) => typeof Object(data[object])[field] === 'string');

  const typeOf = (object: string) => object.slice(0, 1).toUpperCase() + object.slice(1);
  expect(here.length).toBeGreaterThan(0);
  expect(here).toEqual(places.filter(({ object, field }) => mayHaveInAws(`${typeOf(object)}.${field}`, inAws(caller))));
});

async function ask(caller: AuthenticatedCaller, source: string): Promise<Record<string, unknown>> {
  const answers: Readonly<Record<string, unknown>> = {
    note: NOTE,
    plain: { text: '6' },
    secret: { text: '7', more: '8' },
  };
  const schema = createExecutableSchema({
    sdl: SDL,
    invoke: async (_, { fieldName }) => answers[fieldName] ?? 'yes',
  });
  const contextValue = { caller, headers: {}, deadlineMillis: Number.POSITIVE_INFINITY };
  return (await graphql({ schema, source, contextValue })).data ?? {};
}

function inAws(caller: AuthenticatedCaller): AppSyncCaller {
  return { authType: AUTH_TYPES[caller.mode], identity: caller.identity && { ...caller.identity } };
}
