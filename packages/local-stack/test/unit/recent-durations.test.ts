import { expect, test } from 'vitest';
import { RecentDurations } from '../../src/recent-durations.js';

test('has no median and no maximum before the first duration, and sums them up as 0', () => {
  const durations = new RecentDurations();

  expect(durations.p50Millis).toBeUndefined();
  expect(durations.maxMillis).toBeUndefined();
  expect(durations.summary()).toEqual({ p50: 0, max: 0 });
});

test('the median is the lower middle one, whatever the order', () => {
  const durations = new RecentDurations();
  for (const millis of [9, 1, 100, 3]) durations.add(millis);

  expect(durations.p50Millis).toBe(3);
  expect(durations.summary()).toEqual({ p50: 3, max: 100 });
});

test('durations of long ago no longer count', () => {
  const durations = new RecentDurations();
  for (let index = 0; index < 1_000; index += 1) durations.add(1_000);
  for (let index = 0; index < 500; index += 1) durations.add(1);

  expect(durations.p50Millis).toBe(1);
});
