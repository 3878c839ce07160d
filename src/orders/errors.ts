/** The errors of the orders API for its callers, besides invalid input. */
import { ClientError, type InputProblem } from '@vpc-postgres/lambda/graphql/client-error.js';

/** No such order, or another customer's: the answer does not tell which. */
export class OrderNotFoundError extends ClientError {
  constructor() {
    super('OrderNotFound', 'You have no order with this id.');
  }
}

export class OrderAlreadyCancelledError extends ClientError {
  constructor() {
    super('OrderAlreadyCancelled', 'This order has been cancelled before.');
  }
}

/** The key of an earlier request came with another order. Nothing has been written. */
export class IdempotencyKeyReusedError extends ClientError {
  constructor() {
    super(
      'IdempotencyKeyReused',
      'You have placed another order with this idempotencyKey. A new order needs a new one.',
    );
  }
}

/**
 * What the database's own checks say to a caller, by the names of the constraints in src/migrations. input.ts
 * refuses all of it first: these speak up when the two no longer agree.
 */
export const ORDER_CONSTRAINTS: Readonly<Record<string, InputProblem>> = {
  orders_currency_iso_4217: { field: 'currency', message: 'Expected three capital letters.' },
  orders_total_not_negative: { field: 'lines', message: 'The total is below zero.' },
  order_lines_sku_not_empty: { field: 'lines', message: 'A sku is empty.' },
  order_lines_quantity_positive: { field: 'lines', message: 'A quantity is below one.' },
  order_lines_price_not_negative: { field: 'lines', message: 'A unitPriceCents is below zero.' },
};
