/**
 * Words errors as AppSync does, which runs graphql-java, for an invalid query or result. graphql-js says the same in
 * others; those that have no entry here keep graphql-js's.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  visit,
} from 'graphql';

/** What a message needs beside the match. */
interface QueryPath {
  /** Of the field in the query: `listOrders/items`. */
  queryPath: string;
}

type Translation = readonly [
  pattern: RegExp,
  translate: (groups: Readonly<Record<string, string>>, place: QueryPath) => string,
  /** Which of graphql-js's places graphql-java gives too. @default all of them */
  locations?: 'last' | 'none',
];

/** The patterns are the messages of graphql-js 15, the version that Amplify uses. */
const VALIDATION: readonly Translation[] = [
  [
    /^Cannot query field "(?<field>\w+)" on type "(?<type>\w+)"/,
    ({ field, type }, { queryPath }) =>
      `Validation error of type FieldUndefined: Field '${field}' in type '${type}' is undefined @ '${queryPath}'`,
  ],
  [
    /^Field "\w+" argument "(?<argument>\w+)" of type ".+" is required, but it was not provided/,
    ({ argument }, { queryPath }) =>
      `Validation error of type MissingFieldArgument: Missing field argument ${argument} @ '${queryPath}'`,
  ],
  [
    /^Unknown argument "(?<argument>\w+)" on field/,
    ({ argument }, { queryPath }) =>
      `Validation error of type UnknownArgument: Unknown field argument ${argument} @ '${queryPath}'`,
  ],
  [
    /^Field "(?<field>\w+)" of type "(?<type>.+)" must have a selection of subfields/,
    // graphql-java has no name for a list, or for a type that may not be null.
    ({ field, type = '' }, { queryPath }) =>
      `Validation error of type SubSelectionRequired: Sub selection required for type ${/^\w+$/.test(type) ? type : 'null'} of field ${field} @ '${queryPath}'`,
  ],
  [
    /^Variable "\$(?<name>\w+)" of (?:required type|non-null type) "(?<type>.+)" (?:was not provided|must not be null)/,
    ({ name, type }) => `Variable '${name}' has coerced Null value for NonNull type '${type}'`,
  ],
  [
    /^Variable "\$\w+" of type "(?<given>.+)" used in position expecting type "(?<expected>.+)"\./,
    ({ given, expected }, { queryPath }) =>
      `Validation error of type VariableTypeMismatch: Variable type '${given}' doesn't match expected type '${expected}' @ '${queryPath}'`,
    'last',
  ],
  // Of a value within a variable: AppSync names the variable beside the type of the value.
  [
    /^Variable "\$(?<name>\w+)" got invalid value .*; (?:Field "\w+" of required type "(?<type>.+)" was not provided|Expected non-nullable type "(?<nonNull>.+)" not to be null)\./s,
    ({ name, type, nonNull }) => `Variable '${name}' has coerced Null value for NonNull type '${type ?? nonNull}'`,
  ],
  [
    /^Variable "\$\w+" got invalid value .*; Field "\w+" is not defined by type "(?<type>\w+)"/s,
    ({ type }) => `The variables input contains a field that is not defined for input object type '${type}' `,
    'none',
  ],
  // And here the innermost name, without the variable's.
  [
    /^Variable "\$(?<name>\w+)" got invalid value .*?(?: at "(?:[^"]*\.)?(?<field>\w+)(?:\[\d+\])*")?; (?:Expected type "\w+"\. )?(?<reason>.+)$/s,
    ({ name, field, reason }) => `Variable '${field ?? name}' has an invalid value. ${reason}`,
  ],
];

/** An error of validation or of variables: its message, and the places in the query that it names. */
export function translateQueryError(
  error: GraphQLError,
  document: DocumentNode,
): { message: string; locations: GraphQLError['locations'] } {
  const { message, locations } = error;
  for (const [pattern, translate, kept] of VALIDATION) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    return {
      message: translate(groups, { queryPath: queryPathOf(error, document) }),
      locations: kept === 'none' ? undefined : kept === 'last' ? locations?.slice(-1) : locations,
    };
  }
  return { message, locations };
}

/** The message of a null where the schema allows none; undefined when the error is another one. */
export function nullMessage(error: GraphQLError, schema: GraphQLSchema): string | undefined {
  const groups = /^Cannot return null for non-nullable field (?<type>\w+)\.(?<field>\w+)\.$/.exec(
    error.message,
  )?.groups;
  const parent = schema.getType(groups?.type ?? '');
  const field = isObjectType(parent) ? parent.getFields()[groups?.field ?? ''] : undefined;
  if (field === undefined) return undefined;
  const { name } = getNamedType(field.type);
  return `Cannot return null for non-nullable type: '${name}' within parent '${groups?.type}' (${resultPath(error)})`;
}

/** The message of a value that is no list where the schema has one; undefined when the error is another one. */
export function noListMessage(error: GraphQLError): string | undefined {
  if (!error.message.startsWith('Expected Iterable, but did not find one for field ')) return undefined;
  return `Can't resolve value (${resultPath(error)}) : type mismatch error, expected type LIST`;
}

/** Of a value in the result: `/listOrders/items[0]/createdAt`. */
export function resultPath({ path = [] }: GraphQLError): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `/${step}`)).join('');
}

/** The names of the fields from the operation down to the one that the error is about. */
function queryPathOf({ nodes = [] }: GraphQLError, document: DocumentNode): string {
  const open: string[] = [];
  let path: string | undefined;
  visit(document, {
    Field: {
      enter(field: FieldNode) {
        open.push(field.name.value);
        const isMeant = nodes.some(
          (node) => node === field || field.arguments?.some((argument) => argument === node || argument.value === node),
        );
        if (isMeant) path ??= open.join('/');
      },
      leave: () => void open.pop(),
    },
  });
  return path ?? '';
}
