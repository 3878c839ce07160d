/** Fails a test, in a setup file, when a secret of the parts that it started was logged or returned; failed tests too. */
import { afterAll, afterEach, expect } from 'vitest';
import { expectSearches, newLeaks } from './watch.js';

function expectNoLeaks(): void {
  expect(newLeaks(), 'secrets in logs and answers').toEqual([]);
}

expectSearches();
afterEach(expectNoLeaks);
// Hooks end in reverse, so this one sees what was logged while the parts were stopped.
afterAll(expectNoLeaks);
