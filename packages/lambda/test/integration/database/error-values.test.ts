import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { findBinaries } from '@vpc-postgres/local-stack/postgres/binaries.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { SQLSTATES } from '@vpc-postgres/testing/support/sqlstates.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import { DatabaseError } from '../../../src/database/errors.js';
import { toResolverError } from '../../../src/graphql/errors.js';
import { errorLogFields } from '../../../src/graphql/log.js';

/** Errors of real PostgreSQL for statements with a secret among their values: who prints or logs them shows no secret. */
let stack: TestStack;
let database: PooledDatabase;

/** PostgreSQL folds names to lower case: as a name it reads the same as in a text. */
const SECRET = 'canaryvx7qm2';
const SECRET_NUMBER = '4242424242424242424242';
const ALICE = { sub: randomUUID(), groups: null };

const SETUP = `
  create type mood as enum ('happy');
  create domain short as text check (length(value) < 3);
  create table secrets (
    mark text primary key, mood mood, short short, parent text references secrets,
    positive int check (positive > 0), owner_sub uuid not null default identity.sub(), other text not null default '',
    exclude using btree (other with =) where (other <> '')
  );
  alter table secrets enable row level security;
  create policy own on secrets to app using (true) with check (owner_sub = identity.sub());
  create view short_secrets as select mark from secrets where length(mark) < 3 with check option;
  grant select, insert, update on secrets, short_secrets to app;
  create function raise_as(code text, value text) returns void language plpgsql as $$
    begin raise exception using errcode = code, message = value, detail = value, hint = value; end $$;
  create function raise_message(value text) returns void language plpgsql as $$
    begin raise exception 'no % here', value; end $$;
  create function raise_again(value text) returns void language plpgsql as $$
    begin perform value::uuid; exception when others then raise; end $$;
  create function run(sql text) returns void language plpgsql as $$ begin execute sql; end $$;
  create function in_sql(value text) returns uuid language sql as $$ select value::uuid $$;
  create function set_to(name text, value text) returns void language plpgsql as $$
    begin perform set_config(name, value, true); end $$;
`;

/** Each fails for most values of $1, which is a text; in different functions of PostgreSQL, with the value in its message or around it. */
const STATEMENTS: readonly string[] = [
  ...['int', 'numeric', 'uuid', 'date', 'timestamptz', 'interval', 'boolean', 'json', 'jsonb', 'jsonpath'],
  ...['inet', 'cidr', 'macaddr', 'bit(3)', 'point', 'int4range', 'int[]', 'text[]', 'pg_lsn'],
  ...['regclass', 'regtype', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regrole', 'regnamespace'],
  ...['regconfig', 'regdictionary', 'regcollation', 'mood', 'short', 'secrets', 'money', 'oid', 'xid8', 'aclitem'],
]
  .map((type) => `select $1::text::${type}`)
  .concat([
    "select to_date($1, 'YYYY-MM-DD')",
    "select to_timestamp($1, 'YYYY-MM-DD HH24:MI')",
    "select to_number($1, '999')",
    'select now() at time zone $1',
    'select date_trunc($1, now())',
    'select extract(epoch from now()), date_part($1, now())',
    "select 'x' ~ ('(' || $1)",
    "select regexp_replace('x', 'x', 'y', $1)",
    "select 'x' similar to $1 escape $1",
    "select ('{}'::jsonb #> $1::text[])",
    "select jsonb_set('1', array[$1], '1')",
    "select jsonb_populate_record(null::secrets, jsonb_build_object('positive', $1::text))",
    "select json_object(array[$1, 'a', 'b'])",
    "select encode('x', $1)",
    "select decode($1, 'hex')",
    "select convert_from('x', $1)",
    "select convert_from(convert_to($1, 'UTF8') || '\\xff'::bytea, 'UTF8')",
    "select format($1 || '%Z')",
    'select chr(length($1) - 1000000)',
    'select nextval($1)',
    "select pg_get_serial_sequence('secrets', $1)",
    'select current_setting($1)',
    "select set_to($1, 'x')",
    "select set_to('work_mem', $1)",
    "select set_to('search_path', $1), 1 / 0",
    "select ('\\x' || $1)::bytea",
    "select ($1 || ' &')::tsquery",
    'select pg_cancel_backend(pg_backend_pid()), pg_sleep(5), $1::text',
    'select pg_terminate_backend(pg_backend_pid()), pg_sleep(5), $1::text',
    "select has_table_privilege($1, 'select')",
    "select has_table_privilege('secrets', $1)",
    "select has_database_privilege($1, 'connect')",
    'select pg_database_size($1)',
    'select pg_tablespace_size($1)',
    'select pg_size_bytes($1)',
    'select pg_read_file($1)',
    'select to_tsvector($1::regconfig, $1)',
    "select xpath($1 || '[', '<a/>')",
    "select jsonb_path_query('{}', ($1 || '(')::jsonpath)",
    'select 1 / (length($1) - length($1))',
    'select array_fill($1, array[-1])',
    'select (array[[$1], [$1]])[1:2] || array[array[array[$1]]]',
    'select string_to_array($1, null)::int[]',
    'select generate_series(1, 3, length($1) * 0)',
    'select * from secrets limit -length($1)',
    'insert into secrets (mark) values ($1), ($1)',
    "insert into secrets (mark, parent) values (left($1, 3), $1 || 'x')",
    'insert into secrets (mark, positive) values ($1, -1)',
    'insert into secrets (mark, other) values ($1, null)',
    "insert into secrets (mark, other) values ('a', $1), ('b', $1)",
    'insert into secrets (mark, owner_sub) values ($1, gen_random_uuid())',
    "insert into secrets (mark, mood) values ('a', $1::text::mood)",
    'insert into short_secrets (mark) values ($1)',
    'update secrets set mark = $1 where 1 = 1 / (length($1) - length($1))',
    'select raise_message($1)',
    'select raise_again($1)',
    'select run($1)',
    "select run('select ' || quote_ident($1))",
    "select run('select * from ' || quote_ident($1))",
    "select run(quote_ident($1) || '(')",
    'select in_sql($1)',
    'select xmlparse(document $1::text)',
    'select $1::text + 1',
    'select no_function($1::text)',
    'select no_column, $1::text',
    'select $1::text from no_table',
    'select $1::text, $2::text',
    'select $1::text ::: 1',
  ]);

/** PL/pgSQL takes no success. */
const RAISES = SQLSTATES.filter((code) => code !== '00000').map((code) => `select raise_as('${code}', $1)`);

/** The secret in the shapes that make PostgreSQL fail at different places. */
const value = fc.oneof(
  fc.constantFrom(SECRET, `"${SECRET}"`, `${SECRET}.${SECRET}`, `${SECRET}(text)`, `{${SECRET}`, SECRET_NUMBER),
  fc.constantFrom(`\n    at ${SECRET} (`, `'${SECRET}'`, `${SECRET}::`, `: ${SECRET}`, `${SECRET}=x/y`),
  fc
    .tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 5 }), fc.string({ maxLength: 5 }))
    .map((around) => around.join(SECRET)),
);

beforeAll(async () => {
  stack = await startTestStack();
  const superuser = await stack.connectSuperuser();
  await superuser.query(SETUP).finally(() => superuser.end());
  database = await connectDatabase(stack);
});
afterAll(async () => {
  await database?.end();
  await stack?.stop();
});

async function failureOf(sql: string, values: readonly unknown[]): Promise<unknown> {
  return database
    .transaction(ALICE, (transaction) => transaction.queryAndCommit(sql, values))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

test('a wrong number of values is a fault of the statement, and no lost connection', async () => {
  expect(await failureOf('select $1::text, $2::text', ['a'])).toMatchObject({
    name: 'DatabaseStatementError',
    sqlState: '08P01',
    cause: { message: expect.stringContaining('supplies 1 parameters') },
  });
});

/** Everything that is printed, logged and told of it. */
function shown(error: unknown): string {
  return [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(errorLogFields(error)),
    JSON.stringify(toResolverError(error, { requestId: 'r', constraints: {} })),
  ].join('\n');
}

function expectNoSecret(sql: string, error: unknown): void {
  expect(error, sql).toBeInstanceOf(DatabaseError);
  const text = shown(error).toLowerCase();
  for (const secret of [SECRET, SECRET_NUMBER]) {
    if (text.includes(secret)) expect({ sql, text }).toEqual({ sql, text: 'without the secret' });
  }
}

test.each(STATEMENTS)('an error of %s shows no value', async (sql) => {
  const failures = await Promise.all([SECRET, `"${SECRET}"`, SECRET_NUMBER].map((secret) => failureOf(sql, [secret])));

  expect(failures.filter(Boolean), sql).not.toEqual([]);
  for (const error of failures.filter(Boolean)) expectNoSecret(sql, error);
});

test('an error that a function raises shows no value, whatever its SQLSTATE', async () => {
  for (const sql of sample(RAISES, 4)) expectNoSecret(sql, await failureOf(sql, [SECRET]));
});

test('an error of any statement with any value shows no value', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...STATEMENTS, ...RAISES), value, async (sql, secret) => {
      const error = await failureOf(sql, [secret]);
      if (error !== undefined) expectNoSecret(sql, error);
    }),
    { numRuns: exhaustive ? 300 : 100, endOnFailure: true },
  );
});

test.each([
  ['a BigInt in an object', { [SECRET]: 1n }],
  ['an object that holds itself', Object.assign({}, { toPostgres: (): unknown => circular, toString: () => SECRET })],
  [
    'an object whose conversion fails',
    {
      toPostgres: () => {
        throw new TypeError(`${SECRET}\n    at ${SECRET}`);
      },
    },
  ],
])('an error of %s, which cannot be sent, shows no value', async (_what, unsendable) => {
  circular = unsendable;
  const error = await failureOf('select $1::text', [unsendable]);

  expectNoSecret('', error);
});
let circular: unknown;

test('the list of SQLSTATEs is the one that comes with PostgreSQL', async () => {
  const { postgres } = await findBinaries();
  const list = await readFile(join(dirname(postgres), '../share/postgresql/errcodes.txt'), 'utf8');

  expect(SQLSTATES).toEqual([...new Set(list.match(/^[0-9A-Z]{5}(?= )/gm))]);
});
