/** The example domain's types, as the GraphQL schema has them, and its limits. */
import type { OrdersSchema } from './schema.js';

export type Order = OrdersSchema['Order']['type'];
export type OrderLine = OrdersSchema['OrderLine']['type'];
export type OrderPage = OrdersSchema['OrderPage']['type'];
export type OrderStatus = OrdersSchema['OrderStatus']['type'];
export type OrderTotal = OrdersSchema['OrderTotal']['type'];
export type DatabaseStatus = OrdersSchema['DatabaseStatus']['type'];

/** ISO 4217. Change this when you sell in other currencies; amounts are cents, so only those with two decimals fit. */
export const CURRENCIES: readonly string[] = ['CHF', 'EUR', 'GBP', 'USD'];

export const ORDER_LIMITS = {
  linesPerOrder: 100,
  skuLength: 64,
  quantity: 10_000,
  /** GraphQL's Int and PostgreSQL's integer both end here. */
  cents: 2_147_483_647,
  /** Orders on one page. */
  pageSize: 100,
  defaultPageSize: 20,
} as const;
