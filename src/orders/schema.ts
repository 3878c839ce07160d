/**
 * The orders' part of the GraphQL schema: types, queries and mutations, and who may call them. amplify/data/schema.ts spreads
 * it into the whole.
 */
import { a, type ClientSchema } from '@aws-amplify/data-schema';

/** A name of amplify/functions/functions.ts. */
const ordersApi = () => a.handler.function('orders-api');

export const ordersSchema = {
  OrderStatus: a.enum(['PLACED', 'CANCELLED']),

  OrderLine: a.customType({
    sku: a.string().required(),
    quantity: a.integer().required(),
    unitPriceCents: a.integer().required(),
  }),

  Order: a.customType({
    id: a.id().required(),
    status: a.ref('OrderStatus').required(),
    /** ISO 4217, for example EUR. */
    currency: a.string().required(),
    totalCents: a.integer().required(),
    lines: a.ref('OrderLine').required().array().required(),
    createdAt: a.datetime().required(),
    /** The customer's user id. A subscription compares it with its argument. */
    customerSub: a.id().required(),
  }),

  OrderPage: a.customType({
    items: a.ref('Order').required().array().required(),
    /** Opaque. Pass it back to get the next page; null on the last one. */
    nextToken: a.string(),
  }),

  OrderTotal: a.customType({
    currency: a.string().required(),
    orderCount: a.integer().required(),
    /** A whole number. GraphQL's Int ends at 2^31 cents, about 21 million; a Float is exact up to 2^53. */
    totalCents: a.float().required(),
  }),

  DatabaseStatus: a.customType({
    /** Of PostgreSQL, for example 17.4. */
    version: a.string().required(),
    /** The role that the function connects as. */
    user: a.string().required(),
    sizeBytes: a.float().required(),
  }),

  createOrder: a
    .mutation()
    .arguments({
      currency: a.string().required(),
      lines: a.ref('OrderLine').required().array().required(),
      /** A UUID, say: sent again with the same one, createOrder returns the order that it placed the first time. */
      idempotencyKey: a.string(),
    })
    // Not required: the subscription returns the same, and AppSync's response to a client that subscribes is null.
    .returns(a.ref('Order'))
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),

  cancelOrder: a
    .mutation()
    .arguments({ id: a.id().required() })
    .returns(a.ref('Order').required())
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),

  getOrder: a
    .query()
    .arguments({ id: a.id().required() })
    .returns(a.ref('Order'))
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),

  listOrders: a
    .query()
    .arguments({ status: a.ref('OrderStatus'), limit: a.integer(), nextToken: a.string() })
    .returns(a.ref('OrderPage').required())
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),

  orderTotals: a
    .query()
    .returns(a.ref('OrderTotal').required().array().required())
    .authorization((allow) => [allow.group('admins')])
    .handler(ordersApi()),

  databaseStatus: a
    .query()
    .returns(a.ref('DatabaseStatus').required())
    .authorization((allow) => [allow.group('admins')])
    .handler(ordersApi()),

  /**
   * AppSync sends an order to the subscriptions whose argument equals the order's field of the same name. The resolver runs when a
   * client subscribes, and rejects every customerSub but the caller's own.
   */
  onOrderPlaced: a
    .subscription()
    .for(a.ref('createOrder'))
    .arguments({ customerSub: a.id().required() })
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),
};

/** What a resolver gets and returns, as the schema says it. */
export type OrdersSchema = ClientSchema<ReturnType<typeof a.schema<typeof ordersSchema>>>;
