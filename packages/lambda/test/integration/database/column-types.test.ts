/** Each type of PostgreSQL as the domain gets it, from a real PostgreSQL through the emulator of RDS Proxy. */
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARSED_TYPES, TEXT_ARRAYS } from '../../../src/database/column-types.js';
import { createDatabaseOver, type Database, type PooledDatabase } from '../../../src/database/database.js';

let stack: TestStack;
let superuser: pg.Client;
let database: PooledDatabase;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
  await superuser.query("create type mood as enum ('good', 'it''s {odd}')");
  await superuser.query('create domain price as numeric(12, 2)');
  database = await connectDatabase(stack);
});
afterAll(async () => {
  await database?.end();
  await superuser?.end();
  await stack?.stop();
});

/** Types whose values are texts, of which there are arrays. */
const TEXTS = [
  ...['bigint', 'numeric', 'money', 'date', 'time without time zone', 'interval', 'uuid', 'text', 'character varying'],
  ...['character', '"char"', 'name', 'inet', 'cidr', 'macaddr', 'xml', 'int4range', 'int8range', 'numrange', 'tsrange'],
  ...['tstzrange', 'daterange'],
];

async function read(expression: string, from: Database = database): Promise<unknown> {
  const [row] = await from.queryAsNobody<{ value: unknown }>(`select ${expression} as value`);
  return row?.value;
}

/** Expression, and what it is in JavaScript. */
const VALUES: readonly (readonly [string, unknown])[] = [
  // Dates and times: texts of GraphQL's scalars, to the microsecond.
  ["'2026-12-24'::date", '2026-12-24'],
  ["'2026-12-24 10:11:12.345678+00'::timestamptz", '2026-12-24T10:11:12.345678Z'],
  ["'2026-12-24 10:11:12.5+00'::timestamptz", '2026-12-24T10:11:12.500000Z'],
  ["'2026-12-24 10:11:12+00'::timestamptz", '2026-12-24T10:11:12.000000Z'],
  ["'0044-03-15 10:11:12+00'::timestamptz", '0044-03-15T10:11:12.000000Z'],
  ["'2026-12-24 10:11:12.345678'::timestamp", '2026-12-24T10:11:12.345678Z'],
  ["'2026-12-24 10:11:12'::timestamp", '2026-12-24T10:11:12.000000Z'],
  ["'10:11:12.345678'::time", '10:11:12.345678'],
  ["'10:11:12+02'::timetz", '10:11:12+02:00'],
  ["'10:11:12.5-03:30'::timetz", '10:11:12.5-03:30'],
  ["'1 year 2 days 03:04:05.000006'::interval", '1 year 2 days 03:04:05.000006'],
  // What no date of GraphQL can be stays PostgreSQL's text.
  ["'infinity'::date", 'infinity'],
  ["'-infinity'::timestamptz", '-infinity'],
  ["'infinity'::timestamp", 'infinity'],
  ["'12026-01-02 00:00:00+00'::timestamptz", '12026-01-02 00:00:00+00'],
  ["'0044-03-15 10:11:12+00 BC'::timestamptz", '0044-03-15 10:11:12+00 BC'],
  ["'0044-03-15 10:11:12 BC'::timestamp", '0044-03-15 10:11:12 BC'],
  // Numbers: a JavaScript number where it is exact.
  ['2::int2', 2],
  ['(-2147483648)::int4', -2147483648],
  ['9223372036854775807::int8', '9223372036854775807'],
  ['count(*)', '1'],
  ["'12345678901234567890.10'::numeric", '12345678901234567890.10'],
  ["'NaN'::numeric", 'NaN'],
  ["'19.90'::price", '19.90'],
  ['0.1::float8', 0.1],
  ["'-Infinity'::float8", Number.NEGATIVE_INFINITY],
  ['1.5::float4', 1.5],
  ['4294967295::oid', 4294967295],
  // Texts, identifiers, flags.
  ["'it''s'::text", "it's"],
  ["'ab'::varchar", 'ab'],
  ["'c'::char(3)", 'c  '],
  ["'6F1C2D3E-0000-4000-8000-00000000000A'::uuid", '6f1c2d3e-0000-4000-8000-00000000000a'],
  ["'good'::mood", 'good'],
  ['true', true],
  ['false', false],
  ["'\\x00ff'::bytea", Buffer.from([0, 255])],
  ["'10.0.0.0/8'::cidr", '10.0.0.0/8'],
  ["'[1,5)'::int4range", '[1,5)'],
  ["'(1,2)'::point", '(1,2)'],
  // JSON: its value.
  ['\'{"a": [1, null, "x"]}\'::jsonb', { a: [1, null, 'x'] }],
  ["'[]'::json", []],
  ["'null'::jsonb", null],
  // Arrays, and NULL in them.
  ["array['2026-12-24', null]::date[]", ['2026-12-24', null]],
  ["array['2026-12-24 10:11:12+00']::timestamptz[]", ['2026-12-24T10:11:12.000000Z']],
  ["array['2026-12-24 10:11:12.5']::timestamp[]", ['2026-12-24T10:11:12.500000Z']],
  ["array['10:11+02']::timetz[]", ['10:11:00+02:00']],
  ["array['12345678901234567890.10', null]::numeric[]", ['12345678901234567890.10', null]],
  ['array[9223372036854775807]::int8[]', ['9223372036854775807']],
  [
    'array[[1, 2], [3, null]]',
    [
      [1, 2],
      [3, null],
    ],
  ],
  ["array['null', null, 'a,\"b\"\\']::text[]", ['null', null, 'a,"b"\\']],
  ["'[2:3]={a,b}'::text[]", ['a', 'b']],
  ['array[true, false]', [true, false]],
  ["array['1 day']::interval[]", ['1 day']],
  ["array['\\x01'::bytea]", [Buffer.from([1])]],
  ['array[\'{"a": 1}\'::jsonb]', [{ a: 1 }]],
  ['array[]::uuid[]', []],
  // PostgreSQL does not say that the type of these is an array: docs/types.md has the cast.
  ["array['good']::mood[]", '{good}'],
  ["array['good', 'it''s {odd}']::mood[]::text[]", ['good', "it's {odd}"]],
  ['null::date', null],
];

test.each(VALUES)('%s', async (expression, expected) => {
  expect(await read(expression)).toEqual(expected);
});

/** JSON goes back as JSON.stringify() makes it; an array that is not told as one needs its cast in both directions; bounds are gone. */
const SENT_BACK = VALUES.filter(
  ([expression, value]) => value !== null && !/json|count|mood\[\]|\[2:3\]/.test(expression),
);

test.each(SENT_BACK)('%s is the same value when it is sent back', async (expression) => {
  const [row] = await database.queryAsNobody<{ value: unknown; type: string; text: string }>(
    `select ${expression} as value, pg_typeof(${expression})::text as type, (${expression})::text as text`,
  );

  const [back] = await database.queryAsNobody(`select $1::${row?.type}::text as text`, [row?.value]);
  expect(back).toEqual({ text: row?.text });
});

describe('a session whose time zone is not UTC', () => {
  let pool: pg.Pool;
  let inKolkata: Database;

  beforeAll(() => {
    const { socketDirectory } = stack.postgres;
    pool = new pg.Pool({ host: socketDirectory, user: 'app', database: 'app', options: '-c timezone=Asia/Kolkata' });
    inKolkata = createDatabaseOver(() => pool);
  });
  afterAll(() => pool.end());

  test.each([
    ["'2026-12-24 10:11:12.345678+00'", '2026-12-24T10:11:12.345678Z'],
    ["'2026-12-31 20:00:00+00'", '2026-12-31T20:00:00.000000Z'],
    // Kolkata's mean time, until 1870: an offset with seconds.
    ["'1850-01-01 00:00:00.25+00'", '1850-01-01T00:00:00.250000Z'],
    ["'infinity'", 'infinity'],
    // In Kolkata it is the year 10000, and in UTC not yet.
    ["'9999-12-31 23:00:00+00'", '10000-01-01 04:30:00+05:30'],
  ])('reads the timestamptz %s in UTC', async (literal, expected) => {
    expect(await read("current_setting('timezone')", inKolkata)).toBe('Asia/Kolkata');
    expect(await read(`${literal}::timestamptz`, inKolkata)).toBe(expected);
  });
});

test('the numbers of the types are those of PostgreSQL', async () => {
  const { rows: arrays } = await superuser.query<{ name: string; oid: number }>(
    'select typelem::regtype::text as name, oid::int from pg_type where oid = any($1)',
    [TEXT_ARRAYS],
  );
  const { rows: parsed } = await superuser.query<{ oid: number; array: number }>(
    'select oid::int, typarray::int as "array" from pg_type where oid = any($1)',
    [PARSED_TYPES.map(([oid]) => oid)],
  );

  expect(new Map(parsed.map(({ oid, array }) => [oid, array]))).toEqual(
    new Map(PARSED_TYPES.map(([oid, array]) => [oid, array])),
  );
  expect(arrays.map(({ name }) => name).sort()).toEqual(TEXTS.toSorted());
});

test('what another library registers in pg.types changes nothing', async () => {
  const DATE = 1082 as Parameters<typeof pg.types.getTypeParser>[0];
  const parseDate = pg.types.getTypeParser(DATE);
  pg.types.setTypeParser(DATE, () => 'changed');
  try {
    expect(await read("'2026-12-24'::date")).toBe('2026-12-24');
  } finally {
    pg.types.setTypeParser(DATE, parseDate);
  }
});
