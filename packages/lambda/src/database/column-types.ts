/**
 * Turns what PostgreSQL answers into JavaScript values that lose nothing and that GraphQL takes as they are: docs/types.md of
 * this package. A table of its own: what another library registers in `pg.types` changes nothing here.
 * @see https://github.com/postgres/postgres/blob/REL_17_STABLE/src/include/catalog/pg_type.dat
 */
import pg from 'pg';

/** Reads a value that is not null, from PostgreSQL's text format. */
export type ColumnParser = (text: string) => unknown;

interface ColumnType {
  /** As in `pg_type.typname`. */
  readonly name: string;
  readonly oid: number;
  /** `pg_type.typarray`. */
  readonly arrayOid: number;
  readonly parse: ColumnParser;
}

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

/** A type that is not here, such as an enum, arrives as PostgreSQL's text. */
export const COLUMN_TYPES: readonly ColumnType[] = [
  { name: 'bool', oid: 16, arrayOid: 1000, parse: isTrue },
  { name: 'bytea', oid: BYTEA, arrayOid: 1001, parse: parseBytea },
  { name: 'int2', oid: 21, arrayOid: 1005, parse: Number },
  { name: 'int4', oid: 23, arrayOid: 1007, parse: Number },
  { name: 'oid', oid: 26, arrayOid: 1028, parse: Number },
  { name: 'float4', oid: 700, arrayOid: 1021, parse: Number },
  { name: 'float8', oid: 701, arrayOid: 1022, parse: Number },
  { name: 'json', oid: 114, arrayOid: 199, parse: JSON.parse },
  { name: 'jsonb', oid: 3802, arrayOid: 3807, parse: JSON.parse },
  { name: 'timestamp', oid: 1114, arrayOid: 1115, parse: parseTimestamp },
  { name: 'timestamptz', oid: 1184, arrayOid: 1185, parse: parseTimestamptz },
  { name: 'timetz', oid: 1266, arrayOid: 1270, parse: parseTimetz },
  // As text too, and here for their arrays.
  { name: 'int8', oid: 20, arrayOid: 1016, parse: asText },
  { name: 'numeric', oid: 1700, arrayOid: 1231, parse: asText },
  { name: 'money', oid: 790, arrayOid: 791, parse: asText },
  { name: 'date', oid: 1082, arrayOid: 1182, parse: asText },
  { name: 'time', oid: 1083, arrayOid: 1183, parse: asText },
  { name: 'interval', oid: 1186, arrayOid: 1187, parse: asText },
  { name: 'uuid', oid: 2950, arrayOid: 2951, parse: asText },
  { name: 'text', oid: 25, arrayOid: 1009, parse: asText },
  { name: 'varchar', oid: 1043, arrayOid: 1015, parse: asText },
  { name: 'bpchar', oid: 1042, arrayOid: 1014, parse: asText },
  { name: 'char', oid: 18, arrayOid: 1002, parse: asText },
  { name: 'name', oid: 19, arrayOid: 1003, parse: asText },
  { name: 'inet', oid: 869, arrayOid: 1041, parse: asText },
  { name: 'cidr', oid: 650, arrayOid: 651, parse: asText },
  { name: 'macaddr', oid: 829, arrayOid: 1040, parse: asText },
  { name: 'xml', oid: 142, arrayOid: 143, parse: asText },
  { name: 'int4range', oid: 3904, arrayOid: 3905, parse: asText },
  { name: 'int8range', oid: 3926, arrayOid: 3927, parse: asText },
  { name: 'numrange', oid: 3906, arrayOid: 3907, parse: asText },
  { name: 'tsrange', oid: 3908, arrayOid: 3909, parse: asText },
  { name: 'tstzrange', oid: 3910, arrayOid: 3911, parse: asText },
  { name: 'daterange', oid: 3912, arrayOid: 3913, parse: asText },
];

const parsers = new Map<number, ColumnParser>(
  COLUMN_TYPES.flatMap(({ oid, arrayOid, parse }): [number, ColumnParser][] => {
    const parseElement = (element: string | null) => (element === null ? null : parse(element));
    return [
      [oid, parse],
      [arrayOid, (text) => readArray(text, parseElement).parse()],
    ];
  }),
);

/** What node-postgres asks for the parser of each column, once for each result. */
export const columnTypes = {
  getTypeParser: (oid: number): ColumnParser => parsers.get(oid) ?? asText,
};
