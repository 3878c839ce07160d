/**
 * The GraphQL schema: a part from each domain, and fields of functions that belong to none. It imports @aws-amplify/data-schema and the domains'
 * schema.ts, and nothing else, so that the local stack and the tests load it in milliseconds, without the CDK.
 */
import { a, type ClientSchema } from '@aws-amplify/data-schema';
import { ordersSchema } from '../../src/orders/schema.js';

export const schema = a.schema({
  ...ordersSchema,
});

export type Schema = ClientSchema<typeof schema>;
