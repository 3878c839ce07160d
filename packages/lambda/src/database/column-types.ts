/**
 * Turns what PostgreSQL answers into JavaScript values that lose nothing and that GraphQL takes as they are: docs/types.md of
 * this package. A table of its own: what another library registers in `pg.types` changes nothing here.
 * @see https://github.com/postgres/postgres/blob/REL_17_STABLE/src/include/catalog/pg_type.dat
 */
import pg from 'pg';

/** Reads a value that is not null, from PostgreSQL's text format. */
export type ColumnParser = (text: string) => unknown;

const isTrue: ColumnParser = (text) => text === 't';
const asText: ColumnParser = (text) => text;

/** Of an array of texts, any number of dimensions. Elements that are NULL are null. */
const { create: readArray } = pg.types.arrayParser as unknown as {
  create(text: string, parse: (element: string | null) => unknown): { parse(): unknown[] };
};

/** Hexadecimal or escape format to a Buffer: node-postgres's own. */
const BYTEA = 17;
const parseBytea: ColumnParser = pg.types.getTypeParser(BYTEA);

const UTC_INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/;
const INSTANT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;
const LOCAL_TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/;
const HOURS_OFFSET = /[+-]\d\d$/;

/** `2026-12-24 10:11:12.5` to `2026-12-24T10:11:12.500000Z`. Always six digits, so that texts sort as the times do. */
function withZ(timestamp: string): string {
  const time = timestamp.slice(11);
  return `${timestamp.slice(0, 10)}T${time.length > 8 ? time.padEnd(15, '0') : `${time}.000000`}Z`;
}

/** In UTC, whatever the session's TimeZone. `infinity`, and years that AWSDateTime does not have, stay PostgreSQL's text. */
const parseTimestamptz: ColumnParser = (text) => {
  if (UTC_INSTANT.test(text)) return withZ(text.slice(0, -3));
  const [, day, time, fraction = '', sign, hours, minutes = '0', seconds = '0'] = INSTANT.exec(text) ?? [];
  if (day === undefined) return text;
  const offsetSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const utcMillis = Date.parse(`${day}T${time}Z`) + (sign === '+' ? -1_000 : 1_000) * offsetSeconds;
  const utc = new Date(utcMillis).toISOString();
  return /^\d{4}-/.test(utc) ? `${utc.slice(0, 19)}.${fraction.padEnd(6, '0')}Z` : text;
};

/** PostgreSQL keeps no time zone in it: it is taken for UTC. */
const parseTimestamp: ColumnParser = (text) => (LOCAL_TIMESTAMP.test(text) ? withZ(text) : text);

/** `10:11:12+02` to `10:11:12+02:00`, as AWSTime wants it. */
const parseTimetz: ColumnParser = (text) => (HOURS_OFFSET.test(text) ? `${text}:00` : text);

type Parser = readonly [oid: number, arrayOid: number, parse: ColumnParser];

/** `oid` and `typarray` of pg_type. Every other type arrives as PostgreSQL's text, and so does an enum. */
export const PARSED_TYPES: readonly Parser[] = [
  [16, 1000, isTrue], // bool
  [BYTEA, 1001, parseBytea],
  [21, 1005, Number], // int2
  [23, 1007, Number], // int4
  [26, 1028, Number], // oid
  [700, 1021, Number], // float4
  [701, 1022, Number], // float8
  [114, 199, JSON.parse], // json
  [3802, 3807, JSON.parse], // jsonb
  [1114, 1115, parseTimestamp],
  [1184, 1185, parseTimestamptz],
  [1266, 1270, parseTimetz],
];

/** `typarray` of types whose values are texts. */
export const TEXT_ARRAYS: readonly number[] = [
  1016, // int8
  1231, // numeric
  791, // money
  1182, // date
  1183, // time
  1187, // interval
  2951, // uuid
  1009, // text
  1015, // varchar
  1014, // bpchar
  1002, // char
  1003, // name
  1041, // inet
  651, // cidr
  1040, // macaddr
  143, // xml
  3905, // int4range
  3927, // int8range
  3907, // numrange
  3909, // tsrange
  3911, // tstzrange
  3913, // daterange
];

const arrayOf =
  (parse: ColumnParser): ColumnParser =>
  (text) =>
    readArray(text, (element) => (element === null ? null : parse(element))).parse();

const parsers = new Map<number, ColumnParser>(TEXT_ARRAYS.map((arrayOid) => [arrayOid, arrayOf(asText)]));
for (const [oid, arrayOid, parse] of PARSED_TYPES) parsers.set(oid, parse).set(arrayOid, arrayOf(parse));

/** What node-postgres asks for the parser of each column, once for each result. */
export const columnTypes = {
  getTypeParser: (oid: number): ColumnParser => parsers.get(oid) ?? asText,
};
