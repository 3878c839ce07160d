import type { Schema } from '../../../amplify/data/schema.js';

export type Order = Schema['Order']['type'];
export type OrderTotal = Schema['OrderTotal']['type'];

export function formatCents(cents: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(cents / 100);
}
