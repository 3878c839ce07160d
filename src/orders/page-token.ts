/**
 * The opaque `nextToken` of listOrders: the order that the page ended with, and the filter it was made for. It is not
 * signed, and need not be: it only names one of the caller's own orders, and the query refuses any other.
 */
import { UUID } from '@vpc-postgres/lambda/database/text.js';
import type { OrderStatus } from './order.js';

export interface PagePosition {
  /** Id of the last order of the page before. */
  orderId: string;
  status: OrderStatus | null;
}

const VERSION = 1;
const STATUSES: Record<OrderStatus, true> = { PLACED: true, CANCELLED: true };

export function encodePageToken({ orderId, status }: PagePosition): string {
  return Buffer.from(JSON.stringify([VERSION, orderId, status])).toString('base64url');
}

/** Undefined when the text is not a token of ours. */
export function decodePageToken(token: string): PagePosition | undefined {
  if (token.length > 200) return undefined;
  const position = parse(Buffer.from(token, 'base64url').toString('utf8'));
  // Only one spelling of each position is ours; base64url decoding forgives others.
  return position !== undefined && encodePageToken(position) === token ? position : undefined;
}

function parse(json: string): PagePosition | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== VERSION) return undefined;
  const [, orderId, status]: unknown[] = value;
  if (typeof orderId !== 'string' || !UUID.test(orderId) || !isStatusOrNull(status)) return undefined;
  return { orderId, status };
}

function isStatusOrNull(value: unknown): value is OrderStatus | null {
  return value === null || (typeof value === 'string' && Object.hasOwn(STATUSES, value));
}
