/** The GraphQL client, with the types of amplify/data/schema.ts. */
import { generateClient } from 'aws-amplify/data';
import type { Schema } from '../../amplify/data/schema.js';

export const client = generateClient<Schema>();

interface Result<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}

/** @throws Error with the message of the API. */
export function dataOf<Data>({ data, errors }: Result<Data>): Data {
  const [error] = errors ?? [];
  if (error !== undefined) throw new Error(error.message);
  if (data === undefined || data === null) throw new Error('The API returned neither data nor an error.');
  return data;
}

export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  // The client throws what the API returned, where it got no answer to the field.
  const [first] = (error as Result<unknown> | null)?.errors ?? [];
  return first?.message ?? 'Something went wrong. Try again.';
}
