/** The Lambda function behind the orders fields of the GraphQL API. It wires; the work is in src/. */
import { createDatabase } from '@vpc-postgres/lambda/database/database.js';
import { readDatabaseSettings } from '@vpc-postgres/lambda/database/settings.js';
import { logJson } from '@vpc-postgres/lambda/graphql/log.js';
import { createResolver } from '@vpc-postgres/lambda/graphql/resolver.js';
import { ORDER_CONSTRAINTS } from '../../../src/orders/errors.js';
import { orderFields } from '../../../src/orders/fields.js';

const database = createDatabase(readDatabaseSettings(process.env), {
  applicationName: 'orders-api',
  onIdleError: (error) => logJson('info', 'idle connection lost', { cause: error.message }),
});

await database.warmUp();

export const handler = createResolver({
  fields: orderFields(database),
  constraints: ORDER_CONSTRAINTS,
  activity: database.activity,
  log: logJson,
});
