/** Schemas for tests of the AppSync emulator: the project's own, and one with what it has not. */
import { schema } from '../app/amplify/data/schema.js';

/** Every scalar of GraphQL and an enum, inputs within inputs, a pipeline, a list of groups, a function that AppSync does not wait for. No mutation. */
const MORE_SDL = `
  type Query {
    echo(json: AWSJSON, day: AWSDate, list: [Int!], optional: String): AWSJSON @function(name: "echo") @auth(rules: [{allow: private}])
    pipeline: String @function(name: "first") @function(name: "second") @auth(rules: [{allow: private}])
    staff: String @function(name: "staff") @auth(rules: [{allow: groups, groups: ["admins", "auditors"]}])
    report: Report @function(name: "report") @auth(rules: [{allow: private}])
    unruled: String @function(name: "unruled")
    values(filter: Filter): Values @function(name: "values") @auth(rules: [{allow: private}])
    later: Accepted @function(name: "later", invocationType: Event) @auth(rules: [{allow: private}])
  }
  type Values @aws_cognito_user_pools { flag: Boolean, count: Int, ratio: Float, text: String, key: ID, size: Size, tags: [String], at: AWSTimestamp }
  enum Size { SMALL LARGE }
  input Filter { size: Size, phone: AWSPhone, range: Range }
  input Range { from: Int!, to: Int }
  type Accepted @aws_cognito_user_pools { success: Boolean! }
  type Report @aws_cognito_user_pools { title: String, secret: Secret }
  type Secret @aws_cognito_user_pools(cognito_groups: ["admins"]) { text: String }
`;

/** SDL by path. */
export const SCHEMAS = { '/graphql': schema.transform().schema, '/more': MORE_SDL } as const;

/** As the project's own schema has it. */
export const ORDER = {
  id: 'order-1',
  status: 'PLACED',
  currency: 'EUR',
  totalCents: 2500,
  lines: [{ sku: 'BOOK-1', quantity: 2, unitPriceCents: 1250 }],
  createdAt: '2024-05-01T10:00:00.000Z',
};
