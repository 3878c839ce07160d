/** Returns milliseconds for durations. Not `performance`: Node.js loads it on first use, which costs a cold start one to two milliseconds. */
export function monotonicMillis(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
