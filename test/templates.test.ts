/** Synthesizes each environment of amplify/environments.ts, and checks what would be deployed. */
import { expectDeployable } from '@vpc-postgres/backend/testing.js';
import { test } from 'vitest';
import { environments } from '../amplify/environments.js';
import { functions } from '../amplify/functions/functions.js';

const app = { projectDirectory: `${import.meta.dirname}/..`, environments, functions };
/** A bound for what hangs: a synthesis takes five seconds of a processor, and several can share it. */
const timeout = 180_000;

test.for(Object.keys(environments))('the environment %s can be deployed', { timeout }, async (name, { skip }) => {
  const unchecked = await expectDeployable(app, name);
  if (unchecked !== undefined) console.warn(unchecked);
  skip(unchecked !== undefined, unchecked);
});
