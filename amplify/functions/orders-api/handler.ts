/** The Lambda function behind the orders fields of the GraphQL API. It wires; the work is in src/. */
import { createDatabase } from '../../../src/database/database.js';
import { readDatabaseSettings } from '../../../src/database/settings.js';
import { logJson } from '../../../src/graphql/log.js';
import { createResolver } from '../../../src/graphql/resolver.js';
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
