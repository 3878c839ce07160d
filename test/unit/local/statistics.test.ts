import { expect, test } from 'vitest';
import { RecentDurations } from '../../../src/local/statistics.js';

test('has no median before the first duration', () => {
  expect(new RecentDurations().p50Millis).toBeUndefined();
});

test('the median is the lower middle one, whatever the order', () => {
  const durations = new RecentDurations();
  for (const millis of [9, 1, 100, 3]) durations.add(millis);

  expect(durations.p50Millis).toBe(3);
});

test('durations of long ago no longer count', () => {
  const durations = new RecentDurations();
  for (let index = 0; index < 1_000; index += 1) durations.add(1_000);
  for (let index = 0; index < 500; index += 1) durations.add(1);

  expect(durations.p50Millis).toBe(1);
});
