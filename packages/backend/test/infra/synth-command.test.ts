import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../../testing/app');
const SYNTH = join(import.meta.dirname, '../../src/synth/synth.ts');

let out: string;
let temporary: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'synth-command-'));
  temporary = mkdtempSync(join(tmpdir(), 'synth-command-temporary-'));
});
afterEach(() => {
  rmSync(out, { recursive: true });
  rmSync(temporary, { recursive: true });
});

/** `npm run synth`, without npm. */
function synth(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  // No credentials, and credentials that would be wrong are not asked for either.
  const env = {
    PATH: process.env.PATH,
    HOME: out,
    TMPDIR: temporary,
    CDK_DEFAULT_ACCOUNT: '999999999999',
    CDK_DEFAULT_REGION: 'us-east-1',
  };
  const argv = ['--import', 'tsx', SYNTH, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: PROJECT, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test.runIf(exhaustive)(
  'writes the templates of an environment and lists them, and replaces those of the run before',
  async () => {
    writeFileSync(join(out, 'cdk.out'), '{}');
    writeFileSync(join(out, 'manifest.json'), '{}');
    writeFileSync(join(out, 'of-the-run-before.template.json'), '{}');

    const { code, stdout, stderr } = await synth('--environment', 'example', '--out', out);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Synthesizing example: branch, account 111122223333, eu-west-1\n/);
    expect(stdout).toMatch(/\n +\d+ {2}\S+networkAndDatabase\S+\.nested\.template\.json\n/);
    expect(stderr, 'what esbuild, Amplify and the CDK say on the way').toBe('');
    const templates = readdirSync(out).filter((name) => name.endsWith('.template.json'));
    expect(stdout.match(/\.template\.json$/gm)).toHaveLength(templates.length);
    expect(existsSync(join(out, 'of-the-run-before.template.json'))).toBe(false);
    // tsx keeps what it has compiled there.
    expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  },
);

test.runIf(exhaustive)('prints one JSON object for scripts, and nothing besides', async () => {
  const { code, stdout, stderr } = await synth('--environment', 'example', '--out', out, '--json');

  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    environment: 'example',
    account: '111122223333',
    network: { rulesToAdd: [], zoneCount: 2 },
    monthlyCost: { pricesOf: 'us-east-1', totalUsd: 2.06 },
    findings: [],
  });
  expect(report.templates).toHaveLength(readdirSync(out).filter((name) => name.endsWith('.template.json')).length);
});

test.runIf(exhaustive)('leaves a folder with other files alone', async () => {
  writeFileSync(join(out, 'thesis.md'), 'Years of work');

  const { code, stderr } = await synth('--environment', 'example', '--out', out);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/holds other files\. Choose a new or empty folder, or clear it first\.\n$/),
  });
  expect(readdirSync(out)).toEqual(['thesis.md']);
});

const REFUSED = [
  ['an environment that does not exist', ['--environment', 'nope', '--out', 'x'], /"sandbox", "example"/],
  ['placeholders', ['--environment', 'sandbox', '--out', 'x'], /8 values to correct in amplify\/environments\.ts/],
  ['an unknown option', ['--enviroment', 'example'], /^Unknown option '--enviroment'[\s\S]*Usage: /],
] as const;

test.each(sample(REFUSED, 3))('refuses %s in one message without a stack trace', async (_what, args, message) => {
  const { code, stdout, stderr } = await synth(...args);

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test.runIf(exhaustive)('explains itself', async () => {
  const { code, stdout } = await synth('--help');

  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run synth -- --environment NAME \[--out DIR\] \[--json\]\n/);
});
