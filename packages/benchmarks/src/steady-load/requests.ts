/** Lists the requests that are sent again and again: reads, lists, writes, and requests that the API rejects. */
import type { GraphqlRequest } from '@vpc-postgres/local-stack/local-app.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';

export interface ExpectingRequest extends GraphqlRequest {
  field: string;
  /** `errorType` of the answer; absent where a row or a page of rows is expected. */
  refusedAs?: string;
}

export interface GraphqlResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly { errorType: string }[];
}

const NOBODYS_ORDER = '00000000-0000-4000-8000-000000000000';

/** @param orderId of an order that the caller can read */
export function mixedRequests(orderId: string): readonly ExpectingRequest[] {
  const { read, write } = localApp.roundTrip;
  const get = { field: read.field, ...read.request({ id: orderId }) };
  const place = { field: write.field, ...write.request };
  const list = { field: 'listOrders', query: '{ listOrders(limit: 10) { items { id status totalCents } nextToken } }' };
  const cancel = `mutation ($id: ID!) { cancelOrder(id: $id) { id } }`;
  const invalid = { ...place, variables: { currency: 'euro', lines: [] }, refusedAs: 'InvalidInput' };
  const missing = { field: 'cancelOrder', query: cancel, variables: { id: NOBODYS_ORDER }, refusedAs: 'OrderNotFound' };
  return [get, list, get, place, invalid, get, list, get, place, missing];
}

/** @returns what is wrong with the answer; undefined when it is the expected one */
export function findProblem(
  { field, refusedAs }: ExpectingRequest,
  { data, errors }: GraphqlResponse,
): string | undefined {
  const [error] = errors ?? [];
  if (error?.errorType !== refusedAs)
    return `${field}: ${error?.errorType ?? 'an answer'}, expected ${refusedAs ?? 'one'}`;
  if (refusedAs === undefined && (data?.[field] ?? null) === null) return `${field}: no row`;
  return undefined;
}
