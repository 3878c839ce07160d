/**
 * Coerces what a resolver returned to GraphQL's own scalars and to enums, as AppSync's engine does: graphql-java takes more
 * than graphql-js, as the text "false" for a Boolean. What callers send is not coerced here: there graphql-js decides.
 */
import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLString,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { ScalarSerializationError } from './scalars.js';

/** What Java's BigDecimal reads as a number. */
const NUMBER_PATTERN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

/** Each returns undefined for a value that is none of its type. */
const COERCIONS: Readonly<Record<string, (value: unknown) => unknown>> = {
  Int(value) {
    const number = toNumber(value);
    return Number.isInteger(number) && (number as number) >= INT_MIN && (number as number) <= INT_MAX
      ? number
      : undefined;
  },
  Float: toNumber,
  Boolean(value) {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    const text = typeof value === 'string' ? value.toLowerCase() : undefined;
    // Of other texts graphql-java's releases say different things.
    return text === 'true' || text === 'false' ? text === 'true' : undefined;
  },
  String: toJavaText,
  ID: (value) => (typeof value === 'string' || Number.isInteger(value) ? String(value) : undefined),
};

/** By name: the scalars of the same names, whose `serialize` is AppSync's. */
const outputScalars: ReadonlyMap<string, GraphQLScalarType> = new Map(
  [GraphQLInt, GraphQLFloat, GraphQLBoolean, GraphQLString, GraphQLID].map((scalar) => [
    scalar.name,
    new GraphQLScalarType({
      ...scalar.toConfig(),
      serialize(value) {
        const coerced = COERCIONS[scalar.name]?.(value);
        if (coerced !== undefined) return coerced;
        throw new ScalarSerializationError(`Expected type '${scalar.name}' but was '${javaTypeOf(value)}'.`);
      },
    }),
  ]),
);

/** The same type, with AppSync's coercion in place of graphql-js's. graphql-js shares its scalars between all schemas. */
export function withOutputCoercion(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return new GraphQLNonNull(withOutputCoercion(type.ofType));
  if (isListType(type)) return new GraphQLList(withOutputCoercion(type.ofType));
  return isScalarType(type) ? (outputScalars.get(type.name) ?? type) : type;
}

/** Makes an enum of a schema tell of an unknown value in AppSync's words. */
export function installEnumCoercion(type: GraphQLEnumType): void {
  const names = new Set(type.getValues().map(({ name }) => name));
  type.serialize = (value: unknown) => {
    if (typeof value === 'string' && names.has(value)) return value;
    throw new ScalarSerializationError(`Invalid input for Enum '${type.name}'. Unknown value '${toJavaText(value)}'`);
  };
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER_PATTERN.test(value) ? Number(value) : undefined;
}

/** As Java's `toString()` writes what came as JSON: an object is `{sku=TEA, quantity=2}`. */
function toJavaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJavaText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([name, entry]) => `${name}=${toJavaText(entry)}`)
    .join(', ')}}`;
}

/** The Java class that a value of JSON is read as. */
function javaTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'ArrayList';
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value !== 'number') return 'LinkedHashMap';
  if (!Number.isInteger(value)) return 'Double';
  if (value >= INT_MIN && value <= INT_MAX) return 'Integer';
  return Math.abs(value) < 2 ** 63 ? 'Long' : 'BigInteger';
}
