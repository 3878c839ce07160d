/** Makes a subscription of a GraphQL request as AppSync does: checked and resolved once, and filtered by its arguments. */
import { isDeepStrictEqual } from 'node:util';
import { execute, type GraphQLSchema, getOperationAST, Kind, validate } from 'graphql';
import { subscribedMutations } from '../directives.js';
import { type AnswerError, formatFieldError, formatQueryError, unknownOperation } from '../errors.js';
import type { RequestContext } from '../event.js';
import type { ParsedRequest } from '../request.js';

export interface Subscription {
  /**
   * What the client gets of a mutation; undefined when the mutation is none that it has subscribed to, or when an argument differs
   * from the result's field of that name. A field that the mutation's caller has not selected is null, and differs.
   */
  deliver(fieldName: string, result: unknown): Promise<DeliveredData | undefined>;
}

export interface DeliveredData {
  data: unknown;
  errors?: readonly AnswerError[];
}

/** @returns what is wrong with the request, when something is; `errors` of its resolver too */
export async function createSubscription(
  schema: GraphQLSchema,
  { document, variables, operationName }: ParsedRequest,
  context: RequestContext,
): Promise<Subscription | { errors: readonly AnswerError[] }> {
  const queryErrors = validate(schema, document);
  if (queryErrors.length > 0) return { errors: queryErrors.map((error) => formatQueryError(error, document)) };
  const operation = getOperationAST(document, operationName);
  if (operation == null) return { errors: [unknownOperation(operationName)] };
  const [selection] = operation.selectionSet.selections;
  const type = schema.getSubscriptionType();
  if (operation.operation !== 'subscription' || selection?.kind !== Kind.FIELD || !type) {
    return { errors: [notASubscription()] };
  }
  const field = type.getFields()[selection.name.value];
  if (field === undefined) return { errors: [notASubscription()] };

  const run = (contextValue: RequestContext, rootValue: unknown) =>
    execute({ schema, document, variableValues: variables, operationName, contextValue, rootValue });
  let filters: [string, unknown][] | undefined;
  const onSubscribe = (args: Record<string, unknown>) => {
    filters = Object.entries(args);
  };
  const resolved = await run({ ...context, onSubscribe }, null);
  if (resolved.errors !== undefined) {
    return {
      errors: resolved.errors.map((error) =>
        resolved.data === undefined ? formatQueryError(error, document) : formatFieldError(error, schema),
      ),
    };
  }

  // A directive has left the field out: no rule was checked, and nothing filters.
  if (filters === undefined) return { errors: [notASubscription()] };

  const given = filters;
  const mutations = subscribedMutations(field.astNode?.directives);
  return {
    async deliver(fieldName, result) {
      if (!mutations.includes(fieldName) || !matches(result, given)) return undefined;
      const { data, errors } = await run({ ...context, isDelivery: true }, { [field.name]: result });
      return { data, ...(errors && { errors: errors.map((error) => formatFieldError(error, schema)) }) };
    },
  };
}

function matches(result: unknown, filters: readonly [string, unknown][]): boolean {
  if (typeof result !== 'object' || result === null) return false;
  const fields: Record<string, unknown> = { ...result };
  return filters.every(([name, value]) => isDeepStrictEqual(fields[name] ?? null, value));
}

function notASubscription(): AnswerError {
  return {
    path: null,
    errorType: 'UnsupportedOperation',
    locations: null,
    message: 'Only one field of Subscription can be subscribed to.',
  };
}
