/** Sends statements as one batch with one Sync, by the class with which packages/lambda/src/database sends a request. */
import { Batch, type BatchResponse, bindValues } from '@vpc-postgres/lambda/database/batch.js';
import type pg from 'pg';

export interface BatchStatement {
  text: string;
  values?: readonly unknown[];
}

/** @returns after the ReadyForQuery of a batch that succeeds, and after the error of one that fails */
export function sendBatch(client: pg.Client, statements: readonly BatchStatement[]): Promise<BatchResponse> {
  const bound = statements.map(({ text, values }) => bindValues(text, values));
  return new Promise((resolve) => {
    client.query(new Batch(bound, resolve));
  });
}
