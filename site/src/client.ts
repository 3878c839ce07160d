/** The API, with the types of amplify/data/schema.ts: a field that changes there breaks what uses it here. */
import { generateClient } from 'aws-amplify/data';
import type { Schema } from '../../amplify/data/schema.js';

export const client = generateClient<Schema>();

interface Response<Data> {
  data?: Data;
  errors?: readonly { message: string; errorInfo?: unknown }[] | undefined;
}

/** @throws Error with every message of the response, and with each problem of an input */
export function dataOf<Data>({ data, errors = [] }: Response<Data>): NonNullable<Data> {
  if (errors.length > 0) throw new Error(errors.flatMap(describe).join(' '));
  if (data === undefined || data === null) throw new Error('The response has no data.');
  return data;
}

function describe({ message, errorInfo }: { message: string; errorInfo?: unknown }): string[] {
  const problems =
    typeof errorInfo === 'object' && errorInfo !== null && 'problems' in errorInfo ? errorInfo.problems : [];
  return [message, ...(Array.isArray(problems) ? problems.map(({ field, message }) => `${field}: ${message}`) : [])];
}
