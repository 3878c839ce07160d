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
];

/** The message of an error of validation or of variables. */
export function validationMessage(error: GraphQLError, document: DocumentNode): string {
  for (const [pattern, translate] of VALIDATION) {
    const groups = pattern.exec(error.message)?.groups;
    if (groups !== undefined) return translate(groups, { queryPath: queryPathOf(error, document) });
  }
  return error.message;
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
        const isMeant = nodes.some((node) => node === field || field.arguments?.some((argument) => argument === node));
        if (isMeant) path ??= open.join('/');
      },
      leave: () => void open.pop(),
    },
  });
  return path ?? '';
}
