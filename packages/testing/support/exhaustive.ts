/**
 * Owns the choice between a few cases and all: `npm test` takes a few of each kind, `npm run test:exhaustive` every one.
 * The tests are the same. A file that imports this, or synthesizes, is run by both.
 */
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    exhaustive: boolean;
  }
}

/** For what only the exhaustive run does: `test.runIf(exhaustive)`. */
export const exhaustive: boolean = inject('exhaustive') ?? false;

/** @returns all cases in the exhaustive run; else the same few each time: the first, and every `step`th after it. */
export function sample<Case>(cases: readonly Case[], step: number): readonly Case[] {
  return exhaustive ? cases : cases.filter((_, index) => index % step === 0);
}
