/** Lists who can have what: each rule of an operation or an object's field, each kind of caller, and what AWS gives them. */
import { a } from '@aws-amplify/data-schema';

const handler = () => a.handler.function('answer');

/** Every rule that a custom operation can have, as Amplify writes it. */
const emitted = a
  .schema({
    forUsers: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.authenticated()])
      .handler(handler()),
    forAdmins: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.group('admins')])
      .handler(handler()),
    forStaff: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.groups(['admins', 'sales'])])
      .handler(handler()),
    forKey: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.publicApiKey()])
      .handler(handler()),
    forGuests: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.guest()])
      .handler(handler()),
    forPoolUsers: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.authenticated('identityPool')])
      .handler(handler()),
    forMany: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.publicApiKey(), allow.guest(), allow.group('admins')])
      .handler(handler()),
    forKeyAndAdmins: a
      .query()
      .returns(a.string())
      .authorization((allow) => [allow.publicApiKey(), allow.group('admins')])
      .handler(handler()),
  })
  .transform().schema;

/** The operations, those that can be written by hand, and objects with rules of their own and without any. */
export const AUTHORIZATION_SDL = emitted
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

export const OPERATIONS = [...AUTHORIZATION_SDL.matchAll(/^\s*(\w+): String @function/gm)].map(
  ([, name]) => name ?? '',
);

/** The fields with rules, by the field of Query that returns the object. */
export const OBJECTS = {
  note: ['open', 'forOwner', 'forTeam', 'forKeyOnly', 'forAdminsOnly'],
  plain: ['text'],
  secret: ['text', 'more'],
} as const;

/** What the functions return for an object. Alice owns the note. */
export const OBJECT_VALUES: Readonly<Record<keyof typeof OBJECTS, Readonly<Record<string, string>>>> = {
  note: {
    open: '1',
    forOwner: '2',
    forTeam: '3',
    forKeyOnly: '4',
    forAdminsOnly: '5',
    owner: 'sub-1::alice',
    team: 'admins',
  },
  plain: { text: '6' },
  secret: { text: '7', more: '8' },
};

/** `{ note { open … } … }` */
export const OBJECTS_QUERY = `{ ${Object.entries(OBJECTS)
  .map(([object, fields]) => `${object} { ${fields.join(' ')} }`)
  .join(' ')} }`;

/** Those that a response has a text for, as `note.open`. */
export function objectFieldsIn(data: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(OBJECTS).flatMap(([object, fields]) =>
    fields.filter((field) => typeof Object(data[object])[field] === 'string').map((field) => `${object}.${field}`),
  );
}

export type CallerKind = 'user' | 'apiKey' | 'guest' | 'authenticated' | 'service';

export interface AuthorizationCase {
  readonly caller: string;
  readonly kind: CallerKind;
  /** Of the user pool. @default [] */
  readonly groups?: readonly string[];
  /** Further claims, which the local user pool does not issue: a test without HTTP makes them. @default {} */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly operations: readonly string[];
  readonly objectFields: readonly string[];
}

/** authorization-parity.test.ts compares each with the templates that Amplify makes of the rules. */
export const AUTHORIZATION_CASES: readonly AuthorizationCase[] = [
  { caller: 'a user', kind: 'user', operations: ['forUsers'], objectFields: ['note.open'] },
  {
    caller: 'an admin',
    kind: 'user',
    groups: ['admins'],
    operations: ['byOwnerOrGroup', 'forUsers', 'forAdmins', 'forStaff', 'forMany', 'forKeyAndAdmins'],
    objectFields: ['note.open', 'note.forAdminsOnly', 'secret.text'],
  },
  {
    caller: 'a user of two groups',
    kind: 'user',
    groups: ['others', 'sales'],
    operations: ['forUsers', 'forStaff'],
    objectFields: ['note.open'],
  },
  {
    caller: 'a user of a department',
    kind: 'user',
    claims: { department: ['it'] },
    operations: ['byClaim', 'forUsers'],
    objectFields: ['note.open'],
  },
  {
    caller: 'a holder of the API key',
    kind: 'apiKey',
    operations: ['forKey', 'forMany', 'forKeyAndAdmins'],
    objectFields: ['note.open', 'note.forKeyOnly', 'secret.more'],
  },
  { caller: 'a guest of the identity pool', kind: 'guest', operations: ['forGuests', 'forMany'], objectFields: [] },
  { caller: 'a user of the identity pool', kind: 'authenticated', operations: ['forPoolUsers'], objectFields: [] },
  // Amplify lets every role in that is none of an identity pool's and holds appsync:GraphQL.
  {
    caller: 'a service’s role',
    kind: 'service',
    operations: OPERATIONS,
    objectFields: Object.entries(OBJECTS).flatMap(([object, fields]) => fields.map((field) => `${object}.${field}`)),
  },
];
