/** Imported by what starts parts under test: after every test of that file, failed ones too, no secret may have got out. */
import { afterAll, afterEach, expect } from 'vitest';
import { newLeaks } from './watch.js';

function expectNoLeaks(): void {
  expect(newLeaks(), 'secrets in logs and answers').toEqual([]);
}

afterEach(expectNoLeaks);
// Hooks end in reverse, so this one sees what was logged while the parts were stopped.
afterAll(expectNoLeaks);
