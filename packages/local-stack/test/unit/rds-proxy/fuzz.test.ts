import { fuzzWire } from '@vpc-postgres/testing/support/fuzz-wire.js';
import { expect, test } from 'vitest';

/** A million with `npm run test:stress -w @vpc-postgres/local-stack`. */
const INPUTS = 20_000;

test('random bytes are understood or refused, and never anything else', () => {
  const seed = Date.now() % 1_000_000;

  const { refused, accepted, mostHeldBytes } = fuzzWire(INPUTS, seed);

  expect(refused + accepted).toBe(INPUTS);
  expect(refused).toBeGreaterThan(INPUTS / 10);
  expect(accepted).toBeGreaterThan(INPUTS / 10);
  expect(mostHeldBytes).toBeLessThan(8 * 305);
});
