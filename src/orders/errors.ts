/** What a caller of the orders API can be told, besides invalid input. */
import { ClientError } from '../graphql/client-error.js';

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
