/** Checks what callers send, and reports every problem at once. AppSync has checked the GraphQL types; this checks values. */
import { UUID } from '@vpc-postgres/lambda/database/text.js';
import type { Caller } from '@vpc-postgres/lambda/graphql/caller.js';
import { type InputProblem, InvalidInputError } from '@vpc-postgres/lambda/graphql/client-error.js';
import { CURRENCIES, ORDER_LIMITS, type OrderLine, type OrderStatus } from './order.js';
import { decodePageToken, type PagePosition } from './page-token.js';
import type { OrdersSchema } from './schema.js';

type Arguments<Name extends keyof OrdersSchema> = OrdersSchema[Name] extends { args: infer Args } ? Args : never;

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
export function readNewOrder({ currency, lines, idempotencyKey = null }: Arguments<'createOrder'>): NewOrder {
  const problems: InputProblem[] = [];
  if (!CURRENCIES.includes(currency)) {
    problems.push({ field: 'currency', message: `Expected one of ${CURRENCIES.join(', ')}.` });
  }
  if (idempotencyKey !== null && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    problems.push({ field: 'idempotencyKey', message: 'Expected 1 to 64 letters, digits, - or _, such as a UUID.' });
  }
  if (lines.length < 1 || lines.length > ORDER_LIMITS.linesPerOrder) {
    problems.push({ field: 'lines', message: `Expected 1 to ${ORDER_LIMITS.linesPerOrder} lines.` });
  } else {
    problems.push(...lines.flatMap((line, index) => problemsOfLine(line, `lines[${index}]`)));
  }
  if (problems.length === 0 && totalCents(lines) > ORDER_LIMITS.cents) {
    problems.push({ field: 'lines', message: `The total is above ${ORDER_LIMITS.cents} cents.` });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { currency, lines, idempotencyKey };
}

function problemsOfLine({ sku, quantity, unitPriceCents }: OrderLine, field: string): InputProblem[] {
  const problems: InputProblem[] = [];
  if (sku.trim() === '' || sku.length > ORDER_LIMITS.skuLength) {
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
  return problems;
}

/** @throws InvalidInputError */
export function readOrderId({ id }: Arguments<'getOrder'>): string {
  if (UUID.test(id)) return id;
  throw new InvalidInputError([{ field: 'id', message: 'Expected an order id, which is a UUID.' }]);
}

/** @throws InvalidInputError */
export function readListRequest({ status = null, limit, nextToken = null }: Arguments<'listOrders'>): ListRequest {
  const problems: InputProblem[] = [];
  const pageSize = limit ?? ORDER_LIMITS.defaultPageSize;
  if (!isWholeNumber(pageSize, 1, ORDER_LIMITS.pageSize)) {
    problems.push({ field: 'limit', message: `Expected a whole number from 1 to ${ORDER_LIMITS.pageSize}.` });
  }
  const after = nextToken === null ? null : decodePageToken(nextToken);
  if (after === undefined || (after !== null && after.status !== status)) problems.push(INVALID_NEXT_TOKEN);

  if (problems.length > 0) throw new InvalidInputError(problems);
  return { status, limit: pageSize, after: after ?? null };
}

/** @throws InvalidInputError when it is another customer's, or none */
export function assertOwn(caller: Caller, { customerSub }: Arguments<'onOrderPlaced'>): void {
  if (customerSub === caller.sub) return;
  throw new InvalidInputError([{ field: 'customerSub', message: 'Expected your own user id.' }]);
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
