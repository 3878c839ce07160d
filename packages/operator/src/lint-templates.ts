/** Runs cfn-lint, which reads .cfnlintrc.yaml of the working directory if there is one. */
import { spawnSync } from 'node:child_process';
import { CommandError } from './command-error.js';

/** Bits of cfn-lint's exit code: errors, warnings and remarks in a template. Any other code is a failure of its own. */
const FINDINGS = 2 | 4 | 8;

/**
 * @returns whether cfn-lint has nothing to report
 * @throws CommandError when cfn-lint is not installed or fails
 */
export function lintTemplates(patterns: readonly string[]): boolean {
  const { status, signal, error } = spawnSync('cfn-lint', ['--', ...patterns], { stdio: 'inherit' });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new CommandError('cfn-lint is not installed, so no template was checked. Install it: pip install cfn-lint');
  }
  if (error !== undefined) throw new CommandError(`Could not run cfn-lint: ${error.message}`, { cause: error });
  if (status === 0) return true;
  if (status !== null && (status & FINDINGS) !== 0) return false;
  throw new CommandError(`cfn-lint failed with ${signal ?? `exit code ${status}`}; its output is above.`);
}
