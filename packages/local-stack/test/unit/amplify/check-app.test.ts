import { a } from '@aws-amplify/data-schema';
import { expect, test } from 'vitest';
import { findUnknownGroups, findUnknownUserGroups, groupNamesIn } from '../../../src/amplify/check-app.js';

const handler = () => a.handler.function('f');

const SDL = a
  .schema({
    Note: a
      .model({
        id: a.id(),
        text: a.string().authorization((allow) => [allow.group('field')]),
        team: a.string(),
        teams: a.string().array(),
      })
      .authorization((allow) => [
        allow.group('model'),
        allow.groups(['reader', 'writer']).to(['read']),
        allow.groupDefinedIn('team'),
        allow.groupsDefinedIn('teams'),
        allow.group('of a claim').withClaimIn('custom:roles'),
        allow.group('of another provider', 'oidc'),
      ]),
    Ungoverned: a.model({ id: a.id() }),
    Total: a.customType({ sum: a.integer() }),
    total: a
      .query()
      .returns(a.ref('Total'))
      .authorization((allow) => [allow.group('query')])
      .handler(handler()),
    addNote: a
      .mutation()
      .returns(a.ref('Note'))
      .authorization((allow) => [allow.groups(['mutation', 'writer'])])
      .handler(handler()),
    onNote: a
      .subscription()
      .for(a.ref('addNote'))
      .authorization((allow) => [allow.group('subscription')])
      .handler(a.handler.custom({ entry: './on-note.js' })),
  })
  .authorization((allow) => [allow.group('schema')])
  .transform().schema;

test('the groups of a schema are those of its models, fields, queries, mutations, subscriptions and of all its types', () => {
  expect(groupNamesIn(SDL).toSorted()).toEqual(
    ['field', 'model', 'mutation', 'query', 'reader', 'schema', 'subscription', 'writer'].toSorted(),
  );
});

test('those that the user pool does not have are named together, with the fix', () => {
  const groups = ['model', 'reader', 'writer', 'query', 'mutation', 'schema'];

  expect(findUnknownGroups(SDL, groups)).toEqual([
    {
      message: expect.stringMatching(
        /the group '(field', 'subscription|subscription', 'field)', which no user can be in/,
      ),
      fix: expect.stringContaining('`groups` in amplify/auth/resource.ts'),
    },
  ]);
});

test('the groups of an existing user pool are not known, and none is missing', () => {
  expect(findUnknownGroups(SDL, undefined)).toEqual([]);
  expect(findUnknownUserGroups([{ username: 'carol', groups: ['admins'] }], undefined)).toEqual([]);
});

test('a user of local.config.ts in a group that the user pool does not have is named', () => {
  const users = [
    { username: 'alice', groups: [] },
    { username: 'carol', groups: ['admins', 'sales'] },
  ];

  expect(findUnknownUserGroups(users, ['sales'])).toEqual([
    {
      message:
        "local.config.ts puts the user 'carol' into the group 'admins', and amplify/auth/resource.ts has 'sales'.",
      fix: expect.stringMatching(/amplify\/auth\/resource\.ts.*local\.config\.ts/),
    },
  ]);
});
