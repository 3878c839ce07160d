/** The example domain's types and limits, as the GraphQL schema has them. */

export type OrderStatus = 'PLACED' | 'CANCELLED';

export const ORDER_STATUSES: readonly OrderStatus[] = ['PLACED', 'CANCELLED'];

/** ISO 4217. Change this when you sell in other currencies; amounts are cents, so only those with two decimals fit. */
export const CURRENCIES: readonly string[] = ['CHF', 'EUR', 'GBP', 'USD'];

export interface OrderLine {
  sku: string;
  quantity: number;
  unitPriceCents: number;
}

export interface Order {
  id: string;
  status: OrderStatus;
  currency: string;
  totalCents: number;
  lines: OrderLine[];
  /** AWSDateTime. */
  createdAt: string;
}

export interface OrderPage {
  items: Order[];
  nextToken: string | null;
}

export interface OrderTotal {
  currency: string;
  orderCount: number;
  totalCents: number;
}

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
