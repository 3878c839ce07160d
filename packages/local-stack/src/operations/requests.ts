/** Writes a request for each query and mutation of a schema. */
import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { GraphqlRequest } from '../local-app.js';
import { ARGUMENT_CHOICES, makeArguments } from './values.js';

export interface OperationRequest extends GraphqlRequest {
  /** `createOrder with unusual values` */
  readonly title: string;
}

type Field = GraphQLField<unknown, unknown>;

/** An object can hold itself: below this depth, nothing is asked for. */
const MAX_DEPTH = 5;

/** A request for each choice of arguments. One without arguments has one request. */
export function requestsOf(schema: GraphQLSchema): OperationRequest[] {
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  return [
    ...queries.flatMap((field) => requestsFor('query', field)),
    ...mutations.flatMap((field) => requestsFor('mutation', field)),
  ];
}

function requestsFor(operation: 'query' | 'mutation', field: Field): OperationRequest[] {
  const selection = selectionOf(field.type);
  if (field.args.length === 0) return [{ title: field.name, query: `${operation} { ${field.name}${selection} }` }];
  const requests = ARGUMENT_CHOICES.map((choice) => {
    const variables = makeArguments(field.args, choice);
    const given = field.args.filter(({ name }) => Object.hasOwn(variables, name));
    const declared = given.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
    const [head, call] = given.length === 0 ? ['', ''] : [` (${declared})`, `(${passed})`];
    return {
      title: `${field.name} with ${choice.name}`,
      query: `${operation}${head} { ${field.name}${call}${selection} }`,
      variables,
    };
  });
  // Without an optional argument, the choices come to the same.
  const texts = requests.map(({ query, variables }) => JSON.stringify([query, variables]));
  return requests.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

/** Everything that can be asked for without an argument, with a space in front. */
function selectionOf(type: GraphQLOutputType, depth = 0): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const fields = isObjectType(named) && depth < MAX_DEPTH ? Object.values(named.getFields()) : [];
  const selected = fields
    .filter(({ args }) => !args.some(isRequiredArgument))
    .map((field) => `${field.name}${selectionOf(field.type, depth + 1)}`);
  return ` { ${['__typename', ...selected].join(' ')} }`;
}
