/** An app whose function has one fault for each field, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { writeAmplifyApp } from '@vpc-postgres/testing/support/write-amplify-app.js';

const PRIVATE = '@function(name: "plain") @auth(rules: [{allow: private}])';

const EVERYTHING = `
    everything(
      id: ID!, text: String!, int: Int!, float: Float!, boolean: Boolean!, date: AWSDate!, time: AWSTime!, dateTime: AWSDateTime!,
      timestamp: AWSTimestamp!, email: AWSEmail!, url: AWSURL!, phone: AWSPhone!, ip: AWSIPAddress!, json: AWSJSON!, color: Color!,
      list: [[Int!]!]!, tree: Tree!
    ): Node ${PRIVATE}
    refused: String ${PRIVATE}
`;

const TYPES = `
  enum Color { RED GREEN }
  input Tree { name: String!, children: [Tree!], parent: Tree }
  type Node @aws_cognito_user_pools { name: String!, again: Node, asked(by: ID!): String }
`;

/** A value of each type is asked for; a refusal has a type; a rule names a group that no user has. */
export const FAULTLESS = `type Query {${EVERYTHING}
    ofAccounting: String @function(name: "plain") @auth(rules: [{allow: groups, groups: ["accounting"]}])
  }
  ${TYPES}`;

export const FAULTY = `
  type Query {
    throws: String ${PRIVATE}
    internal: String ${PRIVATE}
    leaks: String ${PRIVATE}
    wrongDate: AWSDate ${PRIVATE}
    nothing: String! ${PRIVATE}
    forAccounting: String @function(name: "plain") @auth(rules: [{allow: groups, groups: ["accounting"]}])
    withKey: String @function(name: "plain") @auth(rules: [{allow: public}])
    withIdentity: String @function(name: "plain") @auth(rules: [{allow: private, provider: identityPool}])
    asGuest: String @function(name: "plain") @auth(rules: [{allow: public, provider: identityPool}])
  }
  type Mutation {
    givenOptional(note: String): String ${PRIVATE}
    leftOut(note: String): String ${PRIVATE}
    nullNote(note: String): String ${PRIVATE}
    large(count: Int!): String ${PRIVATE}
    manyColors(colors: [Color!]!): String ${PRIVATE}
  }
  ${TYPES}
`;

const HANDLER = `
  const envelope = (error) => ({ envelope: 'vpc-postgres', error });
  const given = (note, fails) => { if (fails) throw new Error('cannot read ' + note); return 'done'; };
  const fields = {
    everything: () => ({ name: 'root', again: { name: 'child' } }),
    refused: () => envelope({ type: 'InvoiceNotFound', message: 'You have no such invoice.' }),
    throws: () => { throw new TypeError('x is not a function'); },
    internal: () => { console.log(JSON.stringify({ level: 'error', cause: 'the cause in the log' })); return envelope({ type: 'InternalError', message: 'Something went wrong.' }); },
    leaks: () => envelope({ type: 'NotFound', message: 'relation "invoices" does not exist' }),
    wrongDate: () => 'yesterday',
    nothing: () => null,
    ofAccounting: () => 'done',
    forAccounting: () => { throw new Error('only accounting comes here'); },
    withKey: () => { throw new Error('only a key comes here'); },
    withIdentity: (_, { cognitoIdentityId }) => { throw new Error(cognitoIdentityId.split(':')[0] + ' identities come here'); },
    asGuest: () => { throw new Error('only guests come here'); },
    givenOptional: ({ note }) => given(note, note === 'text'),
    leftOut: ({ note }) => given(note, note === undefined),
    nullNote: ({ note }) => given(note, note === null),
    manyColors: ({ colors }) => given(colors, colors[0] === 'RED'),
    large: ({ count }) => given(count, count > 1000),
  };
  export const handler = async ({ fieldName, arguments: args, identity }) => fields[fieldName](args, identity);
`;

/** An app whose requests are all answered, or refused as they should be: parts of it are replaced by a test. */
export function makeApp(sdl: string): LocalApp & { remove(): void } {
  const projectDirectory = mkdtempSync(join(tmpdir(), 'app-with-faults-'));
  const write = (path: string, text: string) => {
    mkdirSync(join(projectDirectory, path, '..'), { recursive: true });
    writeFileSync(join(projectDirectory, path), text);
  };
  writeAmplifyApp(projectDirectory, { sdl, functions: { plain: false }, groups: ['accounting'] });
  write('amplify/functions/plain/handler.ts', HANDLER);
  write('src/migrations/0000-nothing.sql', 'select 1;\n');
  const good = { query: '{ refused }' };
  return {
    projectDirectory,
    migrationsFolder: join(projectDirectory, 'src/migrations'),
    environments: {},
    users: [{ username: 'alice', groups: [] }],
    operations: [{ name: 'Refused', note: '', ...good }],
    newData: [],
    roundTrip: {
      username: 'alice',
      write: { field: '__typename', request: { query: '{ __typename }' } },
      read: { field: '__typename', request: () => ({ query: '{ __typename }' }) },
    },
    oneLineQuery: '{ __typename }',
    remove: () => rmSync(projectDirectory, { recursive: true }),
  };
}
