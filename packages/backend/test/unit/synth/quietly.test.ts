import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundlingErrors } from '../../../src/synth/quietly.js';

const MODULE = new URL('../../../src/synth/quietly.ts', import.meta.url).href;

/** What a program prints that does `work` quietly, and then prints what was said meanwhile. */
function printedBy(work: string): { stdout: string; stderr: string } {
  const program = `
    import { createRequire } from 'node:module';
    import { quietly } from '${MODULE}';
    // As the CDK, which is CommonJS, has it: the function is looked up when it is called.
    const childProcess = createRequire(import.meta.url)('node:child_process');
    const node = (code, stdio) => childProcess.spawnSync(process.execPath, ['-e', code], { stdio });
    const said = [];
    let result;
    try {
      await quietly(said, async () => { ${work} });
    } catch (error) {
      said.push('thrown: ' + error.message);
    }
    process.stderr.write('after');
    console.log(JSON.stringify({ said, result }));
  `;
  const argv = ['--import', 'tsx', '--input-type', 'module', '--eval', program];
  return spawnSync(process.execPath, argv, { encoding: 'utf8' });
}

test('what programs print on the inherited standard error is kept off the screen, and handed over', () => {
  const { stdout, stderr } = printedBy(`
    const { status, stdout, stderr } = node(
      "console.log('to stdout'); console.error('1.1mb'); process.exitCode = 3",
      ['ignore', process.stderr, 'inherit'],
    );
    result = { status, stdout, stderr };
  `);

  expect(stderr).toBe('after');
  expect(JSON.parse(stdout)).toEqual({
    said: ['to stdout\n', '1.1mb\n'],
    result: { status: 3, stdout: null, stderr: null },
  });
});

test('a program whose output the caller reads itself is left alone', () => {
  const { stdout, stderr } = printedBy(`
    const version = childProcess.spawnSync(process.execPath, ['--version']);
    const both = node("console.log('read'); console.error('read too')", ['ignore', 'pipe', 'pipe']);
    result = [version.stdout, both.stdout, both.stderr].map(String);
  `);

  expect(stderr).toBe('after');
  expect(JSON.parse(stdout)).toEqual({ said: [], result: [`${process.version}\n`, 'read\n', 'read too\n'] });
});

test('an error of the work is thrown, after what was said, and then the screen is as it was', () => {
  const { stdout, stderr } = printedBy(`
    process.stderr.write('because');
    throw new Error('it failed');
  `);

  expect(stderr).toBe('after');
  expect(JSON.parse(stdout)).toEqual({ said: ['because', 'thrown: it failed'] });
});

test('what esbuild rejects is separated from all else that a failed bundling prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quietly-'));
  writeFileSync(join(folder, 'handler.ts'), "import './not-there.js';\nimport { nor } from './this.js';\nnor();\n");
  const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  const argv = ['--bundle', 'handler.ts', '--platform=node', '--log-level=error'];
  const { status, stderr } = spawnSync(esbuild, argv, { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });

  const errors = bundlingErrors(['Bundling asset…\n\n  index.js  1.1mb ⚠️\n\n', stderr, 'Node.js v20\n']);
  expect(status).toBe(1);
  expect(errors?.split('\n').filter((line) => line !== '' && !line.startsWith(' '))).toEqual([
    '✘ [ERROR] Could not resolve "./not-there.js"',
    '✘ [ERROR] Could not resolve "./this.js"',
  ]);
  expect(errors).toContain('handler.ts:1:7:');
  expect(errors).toContain('handler.ts:2:20:');
  expect(bundlingErrors(['Bundling asset…\n', '⚡ Done in 95ms\n'])).toBeUndefined();
});
