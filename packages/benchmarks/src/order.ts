/** The order that is read, and whose it is: the same for ours and for every baseline. */

export const CALLER = {
  sub: '00000000-0000-4000-8000-000000000001',
  groups: null,
  signal: new AbortController().signal,
};

export const ORDER = {
  currency: 'EUR',
  lines: [{ sku: 'TEA', quantity: 2, unitPriceCents: 1290 }],
  idempotencyKey: null,
};
