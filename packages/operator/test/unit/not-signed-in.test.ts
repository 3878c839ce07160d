import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runAsProcess, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { expect, test } from 'vitest';

const file = join(import.meta.dirname, '../run-cli.ts');
const cwd = join(import.meta.dirname, '../../../testing/app');

/** What a command prints on a machine without credentials of AWS. */
async function runWithoutCredentials(args: readonly string[], run: typeof runHere | typeof runAsProcess) {
  const HOME = mkdtempSync(join(tmpdir(), 'not-signed-in-'));
  try {
    return await run({ file, args, cwd, env: { PATH: process.env.PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true' } });
  } finally {
    rmSync(HOME, { recursive: true });
  }
}

test.each([
  ['doctor', '--environment', 'example'],
  ['doctor', '--environment', 'example', '--from-inside'],
  ['discover', '--region', 'eu-west-1'],
  ['replay', '--environment', 'example'],
  ['prove', '--environment', 'example'],
])('without credentials, all that %s prints is how to sign in', async (...args) => {
  const { status, stdout, stderr } = await runWithoutCredentials(args, exhaustive ? runAsProcess : runHere);

  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(
    /^AWS was not asked, or rejected the credentials \((sts|rds):\w+\): [^\n]+\nSign in first, for example: aws sso login\n$/,
  );
});
