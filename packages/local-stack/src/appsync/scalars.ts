/** Defines the scalars that AppSync adds to GraphQL (AWSDate and its kin): which values each accepts, in and out. */
import { isIP } from 'node:net';
import { GraphQLError, GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';

/**
 * A resolver returned a value that its scalar does not hold. A class of its own, because the endpoint puts the place of
 * the value in front of the message, as AppSync does.
 */
export class ScalarSerializationError extends Error {
  override readonly name = 'ScalarSerializationError';
}

interface ScalarDefinition {
  /** As AppSync's messages call it: "DateTime Object" in "as a valid DateTime Object". */
  label: string;
  accepts(value: unknown): boolean;
}

const OFFSET = String.raw`(?:Z|[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?)`;
const TIME = String.raw`([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?`;
const DATE = String.raw`(-?\d{4}-\d{2}-\d{2})`;

const DATE_PATTERN = new RegExp(`^${DATE}${OFFSET}?$`);
const TIME_PATTERN = new RegExp(`^${TIME}${OFFSET}?$`);
const DATE_TIME_PATTERN = new RegExp(`^${DATE}T${TIME}${OFFSET}$`);
const EMAIL_PATTERN = /^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const PHONE_PATTERN = /^\+?[\d\s().-]{3,32}$/;

/** @see https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html */
const DEFINITIONS: Readonly<Record<string, ScalarDefinition>> = {
  AWSDate: { label: 'Date Object', accepts: (value) => isDateIn(value, DATE_PATTERN) },
  AWSTime: { label: 'Time Object', accepts: (value) => typeof value === 'string' && TIME_PATTERN.test(value) },
  AWSDateTime: { label: 'DateTime Object', accepts: (value) => isDateIn(value, DATE_TIME_PATTERN) },
  AWSTimestamp: { label: 'timestamp', accepts: (value) => Number.isSafeInteger(value) },
  AWSEmail: { label: 'Email Object', accepts: (value) => typeof value === 'string' && EMAIL_PATTERN.test(value) },
  AWSURL: { label: 'URL Object', accepts: (value) => typeof value === 'string' && URL.canParse(value) },
  AWSPhone: { label: 'phone number', accepts: isPhoneNumber },
  AWSIPAddress: { label: 'IPAddress Object', accepts: isIpAddressOrRange },
};

/** The AWS scalars by name, ready to be put into a schema. */
export const awsScalars: ReadonlyMap<string, GraphQLScalarType> = new Map([
  ...Object.entries(DEFINITIONS).map(([name, definition]): [string, GraphQLScalarType] => [
    name,
    createScalar(name, definition),
  ]),
  ['AWSJSON', createJsonScalar()],
]);

function createScalar(name: string, { label, accepts }: ScalarDefinition): GraphQLScalarType {
  const parse = (value: unknown): unknown => {
    if (accepts(value)) return value;
    throw invalidInput(value, label);
  };
  return new GraphQLScalarType({
    name,
    parseValue: parse,
    parseLiteral: (node) => parse(literalValue(node)),
    serialize(value) {
      if (accepts(value)) return value;
      throw new ScalarSerializationError(`Unable to serialize \`${String(value)}\` as a valid ${label}.`);
    },
  });
}

/** AppSync takes JSON as a string, hands the resolver the parsed value, and answers with a string again. */
function createJsonScalar(): GraphQLScalarType {
  const parse = (value: unknown): unknown => {
    if (typeof value !== 'string') throw invalidInput(value, 'JSON Object');
    try {
      return JSON.parse(value);
    } catch {
      throw invalidInput(value, 'JSON Object');
    }
  };
  return new GraphQLScalarType({
    name: 'AWSJSON',
    parseValue: parse,
    parseLiteral: (node) => parse(literalValue(node)),
    serialize: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  });
}

function literalValue(node: ValueNode): unknown {
  return valueFromASTUntyped(node);
}

function invalidInput(value: unknown, label: string): GraphQLError {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return new GraphQLError(`Unable to parse \`${shown}\` as a valid ${label}.`);
}

/** The pattern's first group must also be a day of the calendar: 2024-02-30 is none. */
function isDateIn(value: unknown, pattern: RegExp): boolean {
  if (typeof value !== 'string') return false;
  const day = pattern.exec(value)?.[1];
  if (day === undefined) return false;
  const withoutSign = day.replace(/^-/, '');
  const parsed = new Date(`${withoutSign}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(withoutSign);
}

function isPhoneNumber(value: unknown): boolean {
  return typeof value === 'string' && PHONE_PATTERN.test(value) && value.replace(/\D/g, '').length >= 3;
}

function isIpAddressOrRange(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', prefix, ...more] = value.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
