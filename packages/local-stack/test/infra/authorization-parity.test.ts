/** Compares who can have which field here with the templates that Amplify makes of the same `@auth` rules. */
import {
  type AmplifyAuthorization,
  type AppSyncCaller,
  synthesizeAuthorization,
} from '@vpc-postgres/testing/support/amplify-authorization.js';
import { graphql } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import type { AuthenticatedCaller, IamRole } from '../../src/appsync/caller.js';
import { createExecutableSchema } from '../../src/appsync/schema.js';
import {
  AUTHORIZATION_CASES,
  AUTHORIZATION_SDL,
  type AuthorizationCase,
  OBJECT_VALUES,
  OBJECTS,
  OBJECTS_QUERY,
  OPERATIONS,
  objectFieldsIn,
} from '../authorization-cases.js';

const user = (groups: readonly string[] = [], claims: AuthorizationCase['claims'] = {}) => ({
  sub: 'sub-1',
  issuer: 'issuer',
  username: 'alice',
  claims: { sub: 'sub-1', username: 'alice', ...(groups.length > 0 && { 'cognito:groups': groups }), ...claims },
  sourceIp: [],
  defaultAuthStrategy: 'ALLOW' as const,
  groups: groups.length > 0 ? [...groups] : null,
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

const AUTH_TYPES = {
  userPool: 'User Pool Authorization',
  apiKey: 'API Key Authorization',
  iam: 'IAM Authorization',
} as const;

let canHaveInAws: AmplifyAuthorization;

beforeAll(() => {
  canHaveInAws = synthesizeAuthorization(AUTHORIZATION_SDL);
});

test.each(AUTHORIZATION_CASES)('$caller can have the same operations here and in AWS', async (one) => {
  const caller = callerOf(one);
  const data = await ask(caller, `{ ${OPERATIONS.join(' ')} }`);

  expect(OPERATIONS).toHaveLength(13);
  expect(OPERATIONS.filter((operation) => canHaveInAws(`Query.${operation}`, inAws(caller)))).toEqual(one.operations);
  expect(OPERATIONS.filter((operation) => data[operation] === 'yes')).toEqual(one.operations);
});

test.each(AUTHORIZATION_CASES)('$caller can have the same fields of objects here and in AWS', async (one) => {
  const caller = callerOf(one);
  const typeOf = (object: string) => object.slice(0, 1).toUpperCase() + object.slice(1);

  const inTemplates = Object.entries(OBJECTS).flatMap(([object, fields]) =>
    fields
      .filter((field) => canHaveInAws(`${typeOf(object)}.${field}`, inAws(caller)))
      .map((field) => `${object}.${field}`),
  );
  expect(inTemplates).toEqual(one.objectFields);
  expect(objectFieldsIn(await ask(caller, OBJECTS_QUERY))).toEqual(one.objectFields);
});

function callerOf({ kind, groups, claims }: AuthorizationCase): AuthenticatedCaller {
  if (kind === 'user') return { mode: 'userPool', identity: user(groups, claims) };
  if (kind === 'apiKey') return { mode: 'apiKey', identity: null };
  return { mode: 'iam', role: kind, identity: iam(kind) };
}

async function ask(caller: AuthenticatedCaller, source: string): Promise<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = OBJECT_VALUES;
  const schema = createExecutableSchema({
    sdl: AUTHORIZATION_SDL,
    invoke: async (_, { fieldName }) => values[fieldName] ?? 'yes',
  });
  const contextValue = { caller, headers: {}, deadlineMillis: Number.POSITIVE_INFINITY };
  return (await graphql({ schema, source, contextValue })).data ?? {};
}

function inAws(caller: AuthenticatedCaller): AppSyncCaller {
  return { authType: AUTH_TYPES[caller.mode], identity: caller.identity && { ...caller.identity } };
}
