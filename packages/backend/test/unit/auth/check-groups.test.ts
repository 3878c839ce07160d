import { a } from '@aws-amplify/data-schema';
import { expect, test } from 'vitest';
import { checkGroups } from '../../../src/auth/check-groups.js';

const schema = a
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
      .handler(a.handler.function('f')),
    addNote: a
      .mutation()
      .returns(a.ref('Note'))
      .authorization((allow) => [allow.groups(['mutation', 'writer', 'odd ]} name'])])
      .handler(a.handler.function('f')),
    onNote: a
      .subscription()
      .for(a.ref('addNote'))
      .authorization((allow) => [allow.group('subscription')])
      .handler(a.handler.custom({ entry: './on-note.js' })),
  })
  .authorization((allow) => [allow.group('schema')]);

const NAMED = ['model', 'reader', 'writer', 'field', 'query', 'mutation', 'odd ]} name', 'subscription', 'schema'];
const pool = (...groups: string[]) => ({ groups: Object.fromEntries(groups.map((name) => [name, {}])) });

test('rules for groups of the user pool, of an object, of another claim or provider are accepted', () => {
  expect(() => checkGroups(schema, pool(...NAMED, 'another'))).not.toThrow();
});

test.each(NAMED)('a rule for the group %s is rejected where the user pool does not have it', (name) => {
  const others = NAMED.filter((other) => other !== name);

  expect(() => checkGroups(schema, pool(...others))).toThrow(`amplify/data/schema.ts: allow.group('${name}')`);
});

test('the error names each group, both files, the groups that there are and the fix', () => {
  const rule = (name: string) =>
    a.schema({
      [name]: a
        .query()
        .returns(a.string())
        .authorization((allow) => [allow.groups([name, 'admins'])])
        .handler(a.handler.function('f')),
    });

  expect(() => checkGroups(a.combine([rule('accounting'), rule('sales')]), pool('admins'))).toThrow(
    [
      'The authorization rules cannot be deployed.',
      '',
      "  amplify/data/schema.ts: allow.group('accounting')",
      "    got       'accounting', a group that no user can be in",
      "    expected  a group of amplify/auth/resource.ts: 'admins'",
      "    fix       add 'accounting' to groups in amplify/auth/resource.ts, or correct the name in the rule",
      '',
      "  amplify/data/sql-schema.ts: allow.group('sales')",
    ].join('\n'),
  );
  expect(() => checkGroups(rule('accounting'), pool())).toThrow('amplify/auth/resource.ts: there is none');
});
