import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RUNTIME_MAJOR } from '@vpc-postgres/lambda/bundle/function-bundle.js';

/** "24.1.0", of the program at this path. */
export async function versionOfNode(node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, ['-p', 'process.versions.node']);
  return stdout.trim();
}

/**
 * Promises are for this one: an older Node.js takes so long for its own work that it hides the rest.
 * @param version As `versionOfNode` gives it.
 */
export function isLambdaRuntime(version: string): boolean {
  return version.startsWith(`${RUNTIME_MAJOR}.`);
}
