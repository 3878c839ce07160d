import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/vpc-postgres.mjs');
const run = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
  runHere({ file: join(import.meta.dirname, '../run-cli.ts'), args, ...(env && { env }) });

test('the executable of package.json prints every command, and the exit codes', () => {
  const { status, stdout } = spawnSync(BIN, ['--help'], { encoding: 'utf8' });

  expect(status).toBe(0);
  for (const part of [
    'new function',
    'new domain',
    'adopt',
    'migrate baseline',
    'sql-secret',
    'doctor',
    'sbom',
    'audit',
    'lint-templates',
    'discover',
    'cost',
    'shell',
    'replay',
    'prove',
    'Exit codes:',
  ]) {
    expect(stdout).toContain(part);
  }
});

test.each([
  ['new', 'function'],
  ['new', 'domain'],
  ['adopt'],
  ['migrate', 'baseline'],
  ['sql-secret'],
  ['doctor'],
  ['sbom'],
  ['audit'],
  ['lint-templates'],
  ['cost'],
  ['discover'],
  ['shell'],
  ['replay'],
  ['prove'],
])('%s explains itself with --help', async (...command) => {
  expect(await run([...command, '--help'])).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining(`Usage: vpc-postgres ${command.join(' ')}`),
  });
});

test.each([
  [['sbmo'], "unknown command 'sbmo'", 'sbom'],
  [['sbom', '--oout', 'x'], "unknown option '--oout'", '--out'],
  [['sql-secret', '--enviroment', 'main'], "unknown option '--enviroment'", '--environment'],
  [['cost', '--enviroment', 'main'], "unknown option '--enviroment'", '--environment'],
  [['replay', '--enviroment', 'main'], "unknown option '--enviroment'", '--environment'],
  [['migrate', 'basline'], "unknown command 'basline'", 'baseline'],
])('%j is rejected with a suggestion, and exits 2', async (args, problem, suggestion) => {
  const { status, stdout, stderr } = await run(args);

  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(problem);
  expect(stderr).toContain(`(Did you mean ${suggestion}?)`);
});

test('lint-templates without cfn-lint exits 2 and says how to install it', async () => {
  expect(await run(['lint-templates', '*.json'], { PATH: '/nowhere' })).toMatchObject({
    status: 2,
    stderr: 'cfn-lint is not installed, so no template was checked. Install it: pip install cfn-lint\n',
  });
});

test.each([
  [0, 0],
  [4, 1],
  [6, 1],
  [1, 2],
])('when cfn-lint exits %i, lint-templates exits %i', async (cfnLint, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
  const program = join(folder, 'cfn-lint');
  writeFileSync(program, `#!/bin/sh\n[ "$*" = "-- *.json" ] || exit 77\nexit ${cfnLint}\n`);
  chmodSync(program, 0o755);

  const { status } = await run(['lint-templates', '*.json'], { PATH: `${folder}:/bin` });
  rmSync(folder, { recursive: true });

  expect(status).toBe(expected);
});
