/** A setup file: after every test, failed ones too, no secret of the parts that it started may have got out. */
import { afterAll, afterEach, expect } from 'vitest';
import { expectSearches, newLeaks } from './watch.js';

function expectNoLeaks(): void {
  expect(newLeaks(), 'secrets in logs and answers').toEqual([]);
}

expectSearches();
afterEach(expectNoLeaks);
// Hooks end in reverse, so this one sees what was logged while the parts were stopped.
afterAll(expectNoLeaks);
