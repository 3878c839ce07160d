/**
 * Makes the choice between a few cases and all: `npm test` takes a few of each kind, `EXHAUSTIVE=1 npm test` every one. The
 * test files and the tests are the same. The long suites of the packages heed it too.
 */
import process from 'node:process';

/** For what only the exhaustive run does: `test.runIf(exhaustive)`. */
export const exhaustive: boolean = process.env.EXHAUSTIVE === '1';

/** @returns all cases in the exhaustive run; else the same few each time: the first, and every `step`th after it. */
export function sample<Case>(cases: readonly Case[], step: number): readonly Case[] {
  return exhaustive ? cases : cases.filter((_, index) => index % step === 0);
}
