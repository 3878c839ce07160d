/** Makes values for arguments out of their GraphQL types: each is one that AppSync accepts. */
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** How the arguments of a request are chosen. */
export interface ArgumentChoice {
  readonly name: string;
  /** What becomes of an argument, or a field of an input object, that is not required. */
  readonly optional: 'given' | 'left out' | 'null';
  readonly scalars: Readonly<Record<string, unknown>>;
}

const USUAL: Readonly<Record<string, unknown>> = {
  ID: '0b8f0c5e-6c1d-4a57-9d43-0f6f4e3f8a11',
  String: 'text',
  Int: 1,
  Float: 1.5,
  Boolean: true,
  AWSDate: '2026-12-24',
  AWSTime: '12:30:00.000Z',
  AWSDateTime: '2026-12-24T12:30:00.000Z',
  AWSTimestamp: 1_798_115_400,
  AWSEmail: 'someone@example.com',
  AWSURL: 'https://example.com/',
  AWSPhone: '+12025550123',
  AWSIPAddress: '192.0.2.1',
  AWSJSON: '{"key":"value"}',
};

/** What a type also holds, and code that was tried with usual values often does not. */
const UNUSUAL: Readonly<Record<string, unknown>> = {
  ...USUAL,
  ID: 'no UUID',
  String: `'; --"\\ \u{1fad6} ${'x'.repeat(300)}`,
  Int: 2_147_483_647,
  Float: -1e15,
  Boolean: false,
  AWSDate: '0001-01-01',
  AWSDateTime: '9999-12-31T23:59:59.999+14:00',
  AWSJSON: '[]',
};

export const ARGUMENT_CHOICES: readonly ArgumentChoice[] = [
  { name: 'every argument', optional: 'given', scalars: USUAL },
  { name: 'required arguments only', optional: 'left out', scalars: USUAL },
  { name: 'null for what is optional', optional: 'null', scalars: USUAL },
  { name: 'unusual values', optional: 'given', scalars: UNUSUAL },
];

/** An input object can hold itself: below this depth, only what is required is given. */
const MAX_DEPTH = 4;

type Input = GraphQLArgument | GraphQLInputField;

/** @param inputs The arguments of a field, or the fields of an input object. */
export function makeArguments(inputs: readonly Input[], choice: ArgumentChoice, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    inputs.flatMap((input) => {
      const isRequired = isNonNullType(input.type) && input.defaultValue === undefined;
      if (isRequired || (choice.optional === 'given' && depth < MAX_DEPTH)) {
        return [[input.name, makeValue(input.type, choice, depth)]];
      }
      return choice.optional === 'null' && !isNonNullType(input.type) ? [[input.name, null]] : [];
    }),
  );
}

function makeValue(type: GraphQLInputType, choice: ArgumentChoice, depth: number): unknown {
  if (isNonNullType(type)) return makeValue(type.ofType, choice, depth);
  if (isListType(type)) return [makeValue(type.ofType, choice, depth + 1)];
  if (isInputObjectType(type)) return makeArguments(Object.values(type.getFields()), choice, depth + 1);
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!Object.hasOwn(choice.scalars, type.name)) throw new Error(`There is no value for the scalar ${type.name}.`);
  return choice.scalars[type.name];
}
