/** Synthesizes one environment of an app for its tests, offline, and reads back every template. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { TemplateFiles } from '../testing/templates.js';
import { readMissingLookups, readTemplateFiles } from './cloud-assembly.js';

export interface SynthesizedApp {
  readonly templates: TemplateFiles;
  /** What only AWS can answer, because cdk.context.json does not: the templates hold placeholders where it is not empty. */
  readonly missingLookups: readonly string[];
}

/** The command beside this file, in TypeScript or compiled. */
const COMMAND = fileURLToPath(import.meta.url).replace(/synthesize-app(\.[jt]s)$/, 'synth$1');

/**
 * Runs `npm run synth` in a process of its own, because Amplify allows one backend a process.
 * @param project The folder that holds amplify/.
 * @param environment A name of amplify/environments.ts. For a pattern, the branch is named `x` in place of each `*`.
 * @throws Error with what the command says, when the environment is refused
 */
export async function synthesizeApp(project: string, environment: string): Promise<SynthesizedApp> {
  const out = mkdtempSync(join(tmpdir(), 'synthesized-app-'));
  try {
    const refusal = await runSynth(project, ['--environment', environment.replaceAll('*', 'x'), '--out', out]);
    const missingLookups = existsSync(join(out, 'manifest.json')) ? readMissingLookups(out) : [];
    if (refusal !== undefined && missingLookups.length === 0) throw new Error(refusal);
    return { templates: readTemplates(out), missingLookups };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** @returns what the command says when it fails */
function runSynth(project: string, args: readonly string[]): Promise<string | undefined> {
  const argv = ['--import', 'tsx', COMMAND, ...args];
  // CloudFormation Validate takes longer than all the rest. The guardrails are in the backend's own code, and run.
  const env = { ...process.env, CDK_VALIDATION: 'false' };
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: project, env }, (error, stdout, stderr) =>
      resolve(error === null ? undefined : `${stderr}\n${stdout}`.trim() || error.message),
    );
  });
}

function readTemplates(folder: string): TemplateFiles {
  return Object.fromEntries(
    readTemplateFiles(folder).map(({ path }) => [basename(path), JSON.parse(readFileSync(path, 'utf8'))]),
  );
}
