/** The files of a new domain: a table whose rows belong to users, one query and one mutation. */

import { MIGRATIONS } from './app-files.js';
import { databaseHandlerFile, resourceFile } from './function-files.js';
import type { Names } from './names.js';

export interface Domain {
  /** Of the table: purchase-orders. */
  readonly table: Names;
  /** Of a row: purchase-order. */
  readonly item: Names;
  readonly api: Names;
  /** 0003-create-purchase-orders.sql */
  readonly migration: string;
}

/** By path. */
export function domainFiles(domain: Domain): Record<string, string> {
  const { table, api, migration } = domain;
  return {
    [`${MIGRATIONS}/${migration}`]: migrationFile(domain),
    [`src/${table.kebab}/${table.kebab}.ts`]: codeFile(domain),
    [`src/${table.kebab}/schema.ts`]: schemaFile(domain),
    [`src/${table.kebab}/samples.ts`]: samplesFile(domain),
    [`amplify/functions/${api.kebab}/resource.ts`]: resourceFile(api, true),
    [`amplify/functions/${api.kebab}/handler.ts`]: handlerFile(domain),
    [`test/${table.kebab}/api.test.ts`]: testFile(domain),
  };
}

function migrationFile({ table }: Domain): string {
  const name = table.snake;
  return `-- Each row belongs to the user who wrote it. Keys are UUIDs: RDS Proxy pins a session that calls nextval().

create table ${name} (
  id uuid primary key default gen_random_uuid(),
  -- The owner's Cognito \`sub\`. No statement names it: the default fills it in, and the policy compares it with the caller.
  owner_sub uuid not null default identity.sub(),
  text text not null,
  created_at timestamptz not null default now(),
  -- The name is part of the API: src/${table.kebab}/${table.kebab}.ts maps it to a field of the input.
  constraint ${name}_text_length check (char_length(text) between 1 and 1000)
);

-- Serves the list: a user's rows, newest first.
create index ${name}_by_owner on ${name} (owner_sub, created_at desc, id desc);

-- FORCE holds the table's owner to the policy too: docs/row-level-security.md.
alter table ${name} enable row level security, force row level security;
create policy own_${name} on ${name} to app
  using (owner_sub = (select identity.sub())) with check (owner_sub = (select identity.sub()));

grant select, insert on ${name} to app;
`;
}

function codeFile({ table, item }: Domain): string {
  const { snake, camel, pascal } = table;
  return `/** The ${words(table)} in PostgreSQL. No statement names the user: row-level security shows each user their own rows. */
import type { Database } from '@vpc-postgres/lambda/database/database.js';
import type { Caller } from '@vpc-postgres/lambda/graphql/caller.js';
import type { InputProblem } from '@vpc-postgres/lambda/graphql/client-error.js';
import type { FieldResolvers } from '@vpc-postgres/lambda/graphql/resolver.js';
import type { ${pascal}Schema } from './schema.js';

export interface ${item.pascal} {
  id: string;
  text: string;
  createdAt: string;
}

/** What the constraints of the table say to a caller. */
export const ${camel}Constraints: Readonly<Record<string, InputProblem>> = {
  ${snake}_text_length: { field: 'text', message: 'Expected 1 to 1000 characters.' },
};

/** The resolvers by field name, of the types that schema.ts declares. AppSync has checked who may call. */
export function ${camel}Fields(database: Database): FieldResolvers<${pascal}Schema> {
  return {
    create${item.pascal}: async (caller, { text }) => create${item.pascal}(database, caller, text),
    list${pascal}: async (caller) => list${pascal}(database, caller),
  };
}

export async function create${item.pascal}(database: Database, caller: Caller, text: string) {
  const [created] = await database.query<${item.pascal}>(
    caller,
    \`insert into ${snake} (text) values ($1) returning id, text, created_at as "createdAt"\`,
    [text],
  );
  if (created === undefined) throw new Error('The insert into ${snake} returned no row.');
  return created;
}

/** The newest hundred. */
export async function list${pascal}(database: Database, caller: Caller) {
  return database.query<${item.pascal}>(
    caller,
    \`select id, text, created_at as "createdAt" from ${snake} order by created_at desc, id desc limit 100\`,
    [],
    { retry: 'read' },
  );
}
`;
}

function schemaFile({ table, item, api }: Domain): string {
  return `/** The part of the GraphQL schema that is about ${words(table)}. amplify/data/schema.ts spreads it into the whole. */
import { a, type ClientSchema } from '@aws-amplify/data-schema';

/** A name of amplify/functions/functions.ts. */
const ${api.camel} = () => a.handler.function('${api.kebab}');

export const ${table.camel}Schema = {
  ${item.pascal}: a.customType({
    id: a.id().required(),
    text: a.string().required(),
    createdAt: a.datetime().required(),
  }),

  create${item.pascal}: a
    .mutation()
    .arguments({ text: a.string().required() })
    .returns(a.ref('${item.pascal}').required())
    .authorization((allow) => [allow.authenticated()])
    .handler(${api.camel}()),

  list${table.pascal}: a
    .query()
    .returns(a.ref('${item.pascal}').required().array().required())
    .authorization((allow) => [allow.authenticated()])
    .handler(${api.camel}()),
};

/** The arguments and results of these fields: as the resolvers get and return them, and as the client does. */
export type ${table.pascal}Schema = ClientSchema<ReturnType<typeof a.schema<typeof ${table.camel}Schema>>>;
`;
}

function samplesFile({ table, item }: Domain): string {
  const [create, list] = [`create${item.pascal}`, `list${table.pascal}`];
  return `/** What local.config.ts serves of the ${words(table)}: requests that the pages offer, the first rows, and the round trip of --once. */
import type { Samples } from '@vpc-postgres/local-stack/local-app.js';

const CREATE = 'mutation ($text: String!) { ${create}(text: $text) { id text createdAt } }';
const LIST = '{ ${list} { id text createdAt } }';

export const ${table.camel}Samples = {
  operations: [
    { name: 'List my ${words(table)}', note: 'Each user gets their own rows: sign in as another one, and run it again.', query: LIST },
    { name: 'Create one of the ${words(table)}', note: 'Writes one row.', query: CREATE, variables: { text: 'Hello' } },
    { name: 'Create an empty ${words(item)}', note: 'Refused by a constraint of the table.', query: CREATE, variables: { text: '' } },
  ],
  newData: [
    { username: 'alice', request: { query: CREATE, variables: { text: 'The first row of alice' } } },
    { username: 'bob', request: { query: CREATE, variables: { text: 'The first row of bob' } } },
  ],
  roundTrip: {
    username: 'alice',
    write: { field: '${create}', request: { query: CREATE, variables: { text: 'Hello' } } },
    read: { field: '${list}', request: () => ({ query: LIST }) },
  },
  oneLineQuery: '{ ${list} { id text } }',
} satisfies Samples;
`;
}

function handlerFile({ table, api }: Domain): string {
  return databaseHandlerFile(api.kebab, `The Lambda function behind the fields of the ${words(table)}.`, {
    imports: `import { ${table.camel}Constraints, ${table.camel}Fields } from '../../../src/${table.kebab}/${table.kebab}.js';\n`,
    fields: `${table.camel}Fields(database)`,
    constraints: `${table.camel}Constraints`,
  });
}

function testFile({ table, item }: Domain): string {
  const [create, list] = [`create${item.pascal}`, `list${table.pascal}`];
  return `import { startTestStack, type TestStack, whyNoPostgres } from '@vpc-postgres/local-stack/test-stack.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { localApp } from '../../local.config.js';

/** The whole path: GraphQL over HTTP, the bundle in its own process, TLS and IAM token, PostgreSQL. */
let stack: TestStack;
const missing = await whyNoPostgres();

beforeAll(async () => {
  if (missing !== undefined) return console.warn(missing);
  stack = await startTestStack(localApp);
});
afterAll(() => stack?.stop());
beforeEach(({ skip }) => skip(missing !== undefined, missing));

const CREATE = 'mutation ($text: String!) { ${create}(text: $text) { id text createdAt } }';
const LIST = '{ ${list} { id text createdAt } }';

test('a row is listed for the user who wrote it, and for nobody else', async () => {
  const { data, errors } = await stack.ask('alice', CREATE, { text: 'of alice' });

  expect(errors).toEqual([]);
  expect((await stack.ask('alice', LIST)).data?.${list}).toEqual([data?.${create}]);
  expect((await stack.ask('bob', LIST)).data?.${list}).toEqual([]);
});

test('an empty text is InvalidInput, with the field', async () => {
  const { errors } = await stack.ask('alice', CREATE, { text: '' });

  expect(errors).toMatchObject([{ errorType: 'InvalidInput', errorInfo: { problems: [{ field: 'text' }] } }]);
});
`;
}

const words = ({ kebab }: Names) => kebab.replaceAll('-', ' ');
