/** The resolvers of the orders API by field name of amplify/data/schema.ts: check the input, then ask the database. */
import type { Database } from '@vpc-postgres/lambda/database/database.js';
import type { FieldResolvers } from '@vpc-postgres/lambda/graphql/resolver.js';
import { assertOwn, readListRequest, readNewOrder, readOrderId } from './input.js';
import { cancelOrder, createOrder, databaseStatus, getOrder, listOrders, orderTotals } from './orders.js';
import type { OrdersSchema } from './schema.js';

export function orderFields(database: Database): FieldResolvers<OrdersSchema> {
  return {
    createOrder: async (caller, args) => createOrder(database, caller, readNewOrder(args)),
    cancelOrder: async (caller, args) => cancelOrder(database, caller, readOrderId(args)),
    getOrder: async (caller, args) => getOrder(database, caller, readOrderId(args)),
    listOrders: async (caller, args) => listOrders(database, caller, readListRequest(args)),
    orderTotals: async (caller) => orderTotals(database, caller),
    databaseStatus: async (caller) => databaseStatus(database, caller),
    onOrderPlaced: async (caller, args) => {
      assertOwn(caller, args);
      return null;
    },
  };
}
