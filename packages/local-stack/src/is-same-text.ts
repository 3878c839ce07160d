/** Compares secrets: how long it takes says nothing about where they differ. */
import { timingSafeEqual } from 'node:crypto';

export function isSameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
