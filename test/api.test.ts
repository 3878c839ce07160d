/** Sends each operation of the schema, and each request of local.config.ts, through the local stack as each user. */
import { expectAnswers } from '@vpc-postgres/local-stack/expect-answers.js';
import { test } from 'vitest';
import { localApp } from '../local.config.js';

/** A bound for what hangs: hundreds of requests take seconds. */
const timeout = 180_000;

test('every operation answers each user, or refuses with a typed error', { timeout }, async ({ skip }) => {
  const unchecked = await expectAnswers(localApp);
  if (unchecked !== undefined) console.warn(unchecked);
  skip(unchecked !== undefined, unchecked);
});
