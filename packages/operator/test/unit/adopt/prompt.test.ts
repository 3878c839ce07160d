/** `adopt` asks a person on a terminal before it writes. */
import process from 'node:process';
import { type AmplifyApp, writeAmplifyLayout } from '@vpc-postgres/testing/support/adopted-app.js';
import { createAmplify } from '@vpc-postgres/testing/support/amplify-layouts.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasTerminal, KEYS, runOnTerminal } from '../../terminal.js';

vi.setConfig({ testTimeout: 90_000 });

// Each starts the command line, and draws the whole diff.
describe.runIf(exhaustive && hasTerminal)('asked on a terminal whether to write', () => {
  let app: AmplifyApp;
  beforeEach(() => {
    app = writeAmplifyLayout(createAmplify);
  });
  afterEach(() => app.remove());

  const answer = (typed: string) =>
    runOnTerminal(['adopt', '--into', app.folder], {
      cwd: app.folder,
      env: process.env,
      steps: [['Write this to', typed]],
    });

  test('yes writes, and says what is next', async () => {
    const { status, shown, isCursorRestored } = await answer('y');

    expect({ status, isCursorRestored }, shown).toEqual({ status: 0, isCursorRestored: true });
    expect(shown).toContain('Nothing was committed');
    expect(app.changedFiles()).toContain('packages/backend/package.json');
  });

  test.each([
    ['no', 'n', 0],
    ['Enter alone', KEYS.enter, 0],
    ['Ctrl-C', KEYS.ctrlC, 2],
  ])('%s writes nothing, and exits as it should', async (_, typed, expected) => {
    const { status, shown, isCursorRestored } = await answer(typed);

    expect({ status, isCursorRestored }, shown).toEqual({ status: expected, isCursorRestored: true });
    expect(shown).toContain('Nothing was written.');
    expect(app.changedFiles()).toEqual([]);
  });
});
