/** What `vpc-postgres adopt` makes of an app as a published starter lays it out: it type-checks, synthesizes and starts. */
import { afterEach, expect, test } from 'vitest';
import { type AmplifyApp, writeAmplifyLayout } from '../../support/adopted-app.js';
import { LAYOUTS } from '../../support/amplify-layouts.js';

let app: AmplifyApp | undefined;

afterEach(() => app?.remove());

function succeed(on: AmplifyApp, command: string, ...args: readonly string[]): string {
  const { status, output } = on.run(command, ...args);
  expect(status, `${command} ${args.join(' ')}\n${output}`).toBe(0);
  return output;
}

const CASES = [
  { layout: 'createAmplify', frontends: [], start: 'start', conflicts: [] },
  {
    layout: 'viteReact',
    frontends: ['tsconfig.json', 'tsconfig.node.json'],
    start: 'start',
    conflicts: ['@aws-amplify/backend', '@aws-amplify/backend-cli', 'esbuild'],
  },
  { layout: 'next', frontends: ['tsconfig.json'], start: 'start:local', conflicts: ['esbuild'] },
  { layout: 'vue', frontends: ['tsconfig.app.json', 'tsconfig.node.json'], start: 'start', conflicts: ['esbuild'] },
] as const;

test.each(CASES)('$layout is adopted, and takes a domain', ({ layout, frontends, start, conflicts }) => {
  app = writeAmplifyLayout(LAYOUTS[layout]);
  const check = (on: AmplifyApp) => succeed(on, 'npm', 'run', '--silent', 'check');
  const { status, stdout } = app.adopt('--yes', '--json');
  expect(status, stdout).toBe(0);
  const result: { conflicts: { name: string }[]; created: { path: string }[] } = JSON.parse(stdout);
  expect(result.conflicts.map(({ name }) => name)).toEqual(conflicts);
  app.linkDependencies();
  // As a person does: the values of `example`, in an environment of the app's own.
  app.fillIn('main');
  app.commit();
  check(app);
  succeed(app, 'npm', 'run', '--silent', 'synth', '--', '--environment', 'main');

  succeed(app, 'npx', '--no-install', 'vpc-postgres', 'new', 'domain', 'invoices');
  check(app);
  // A composite project also writes declarations, whose paths lead out of the app here: node_modules is linked.
  const tsc = ['--no-install', 'tsc', '--noEmit', '--composite', 'false', '--project'];
  for (const name of frontends) succeed(app, 'npx', ...tsc, name);
  // One row is written and read back through the whole path.
  expect(succeed(app, 'npm', 'run', '--silent', start, '--', '--once')).toMatch(/"ok":true.*"text":"Hello"/);
  succeed(app, 'npm', 'test', '--silent', '--', '--project', 'app');
});
