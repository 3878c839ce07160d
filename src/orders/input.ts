/**
 * Checks what callers send, and reports every problem at once. AppSync has checked the GraphQL types; this checks the values,
 * and rejects another type too: who may invoke the function passes AppSync by.
 */
import { UUID } from '@vpc-postgres/lambda/database/text.js';
import { type InputProblem, InvalidInputError } from '@vpc-postgres/lambda/graphql/client-error.js';
import { CURRENCIES, ORDER_LIMITS, ORDER_STATUSES, type OrderLine, type OrderStatus } from './order.js';
import { decodePageToken, type PagePosition } from './page-token.js';
import type { OrdersSchema } from './schema.js';

export interface NewOrder {
  currency: string;
  lines: OrderLine[];
  /** Names this request: sent again, it places no second order. */
  idempotencyKey: string | null;
}

export interface ListRequest {
  status: OrderStatus | null;
  limit: number;
  after: PagePosition | null;
}

const IDEMPOTENCY_KEY = /^[\w-]{1,64}$/;

/** @throws InvalidInputError */
export function readNewOrder(args: OrdersSchema['createOrder']['args']): NewOrder {
  const problems: InputProblem[] = [];
  const { currency } = args;
  if (typeof currency !== 'string' || !CURRENCIES.includes(currency)) {
    problems.push({ field: 'currency', message: `Expected one of ${CURRENCIES.join(', ')}.` });
  }
  const idempotencyKey = args.idempotencyKey ?? null;
  if (idempotencyKey !== null && !(typeof idempotencyKey === 'string' && IDEMPOTENCY_KEY.test(idempotencyKey))) {
    problems.push({ field: 'idempotencyKey', message: 'Expected 1 to 64 letters, digits, - or _, such as a UUID.' });
  }
  const lines = readLines(args.lines, problems);
  if (problems.length === 0 && totalCents(lines) > ORDER_LIMITS.cents) {
    problems.push({ field: 'lines', message: `The total is above ${ORDER_LIMITS.cents} cents.` });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { currency, lines, idempotencyKey };
}

function readLines(lines: readonly OrderLine[], problems: InputProblem[]): OrderLine[] {
  if (!Array.isArray(lines) || lines.length < 1 || lines.length > ORDER_LIMITS.linesPerOrder) {
    problems.push({ field: 'lines', message: `Expected 1 to ${ORDER_LIMITS.linesPerOrder} lines.` });
    return [];
  }
  return lines.map((line: OrderLine | null, index) => readLine(line, `lines[${index}]`, problems));
}

function readLine(line: OrderLine | null, field: string, problems: InputProblem[]): OrderLine {
  const { sku = '', quantity = 0, unitPriceCents = -1 } = line ?? {};
  if (typeof sku !== 'string' || sku.trim() === '' || sku.length > ORDER_LIMITS.skuLength) {
    problems.push({ field: `${field}.sku`, message: `Expected 1 to ${ORDER_LIMITS.skuLength} characters.` });
  }
  if (!isWholeNumber(quantity, 1, ORDER_LIMITS.quantity)) {
    problems.push({
      field: `${field}.quantity`,
      message: `Expected a whole number from 1 to ${ORDER_LIMITS.quantity}.`,
    });
  }
  if (!isWholeNumber(unitPriceCents, 0, ORDER_LIMITS.cents)) {
    problems.push({
      field: `${field}.unitPriceCents`,
      message: `Expected a whole number of cents from 0 to ${ORDER_LIMITS.cents}.`,
    });
  }
  return { sku, quantity, unitPriceCents };
}

/** @throws InvalidInputError */
export function readOrderId({ id }: OrdersSchema['getOrder']['args']): string {
  if (typeof id !== 'string' || !UUID.test(id)) {
    throw new InvalidInputError([{ field: 'id', message: 'Expected an order id, which is a UUID.' }]);
  }
  return id;
}

/** @throws InvalidInputError */
export function readListRequest(args: OrdersSchema['listOrders']['args']): ListRequest {
  const problems: InputProblem[] = [];
  const status = args.status ?? null;
  const limit = args.limit ?? ORDER_LIMITS.defaultPageSize;
  const nextToken = args.nextToken ?? null;

  if (status !== null && !ORDER_STATUSES.includes(status)) {
    problems.push({ field: 'status', message: `Expected one of ${ORDER_STATUSES.join(', ')}.` });
  }
  if (!isWholeNumber(limit, 1, ORDER_LIMITS.pageSize)) {
    problems.push({ field: 'limit', message: `Expected a whole number from 1 to ${ORDER_LIMITS.pageSize}.` });
  }
  const after = nextToken === null ? null : decodePageToken(nextToken);
  if (after === undefined || (after !== null && after.status !== status)) problems.push(INVALID_NEXT_TOKEN);

  if (problems.length > 0) throw new InvalidInputError(problems);
  return { status, limit, after: after ?? null };
}

export const INVALID_NEXT_TOKEN: InputProblem = {
  field: 'nextToken',
  message: 'Expected the nextToken of the page before, of the same caller and the same status.',
};

export function totalCents(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
}

function isWholeNumber(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
