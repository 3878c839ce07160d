import { fuzzWire } from '@vpc-postgres/testing/support/fuzz-wire.js';
import { expect, test } from 'vitest';

const INPUTS = 1_000_000;
const MEGABYTE = 1024 * 1024;

test('a million random inputs are understood or refused: no crash, no hang, no growing memory', () => {
  const seed = Date.now() % 1_000_000;
  fuzzWire(50_000, seed + 1);
  const before = process.memoryUsage().rss;

  const result = fuzzWire(INPUTS, seed);
  const grownMegabytes = (process.memoryUsage().rss - before) / MEGABYTE;

  console.log({ seed, ...result, grownMegabytes });
  expect(result.refused + result.accepted).toBe(INPUTS);
  // A hang, and not a pause of the machine.
  expect(result.slowestMillis).toBeLessThan(2_000);
  expect(grownMegabytes).toBeLessThan(200);
});
