/** The AppSync API: which schema, which functions resolve it, and who may call it. */
import { defineData } from '@aws-amplify/backend';
import { ordersApi } from '../functions/orders-api/resource.js';
import { schema } from './schema.js';

export const data = defineData({
  schema,
  // The names that a.handler.function() uses in schema.ts.
  functions: { 'orders-api': ordersApi },
  // Every caller is a signed-in user. No API key: a key in a web page is public, and it expires at a bad moment.
  authorizationModes: { defaultAuthorizationMode: 'userPool' },
});
