/** Checks that the sample requests of local.config.ts fit the schema that is served, without executing one. */
import {
  buildClientSchema,
  execute,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  parse,
  validate,
} from 'graphql';
import type { LocalUserPool } from './cognito/user-pool.js';
import { sendGraphql } from './graphql-client.js';
import type { GraphqlRequest, LocalApp, Samples } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';

/** What the requests are checked against. */
export interface ServedSchema {
  /** Of the stack, as http://localhost:3000. */
  url: string;
  userPool: LocalUserPool;
}

/** @throws LocalStackError that names each request that does not fit, with every message of GraphQL */
export async function assertSamplesFit(
  app: Samples & Pick<LocalApp, 'users'>,
  { url, userPool }: ServedSchema,
): Promise<void> {
  const introspection = { query: getIntrospectionQuery() };
  const { data } = await sendGraphql(url, userPool, app.users[0]?.username ?? 'anybody', introspection);
  const schema = buildClientSchema(data as unknown as IntrospectionQuery);
  const lines: string[] = [];
  for (const [place, request] of requestsOf(app)) {
    for (const message of await findProblems(schema, request)) lines.push(`\n  ${place}: ${message}`);
  }
  if (lines.length === 0) return;
  throw new LocalStackError(
    `Samples of local.config.ts do not fit the schema of amplify/data/schema.ts:${lines.join('')}\n`,
    'Change them in local.config.ts, or in the samples.ts that it imports, and start again.',
  );
}

/** By their place in the file. What `roundTrip.read` asks is known only when its row is written. */
function requestsOf({ operations, newData, roundTrip, oneLineQuery }: Samples): [string, GraphqlRequest][] {
  const requests: [string, GraphqlRequest][] = [
    ...operations.map((operation): [string, GraphqlRequest] => [`operations, "${operation.name}"`, operation]),
    ...newData.map(({ request }, index): [string, GraphqlRequest] => [`newData[${index}]`, request]),
  ];
  if (roundTrip) requests.push([`roundTrip.write, ${roundTrip.write.field}`, roundTrip.write.request]);
  if (oneLineQuery !== undefined) requests.push(['oneLineQuery', { query: oneLineQuery }]);
  return requests;
}

async function findProblems(schema: GraphQLSchema, { query, variables }: GraphqlRequest): Promise<string[]> {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return errors.map(({ message }) => message);
    // A schema of introspection has no resolvers. Without `data` the variables were refused, or there are several operations.
    const { data, errors: refused = [] } = await execute({ schema, document, variableValues: variables ?? {} });
    return data === undefined ? refused.map(({ message }) => message) : [];
  } catch (error) {
    return [(error as Error).message];
  }
}
