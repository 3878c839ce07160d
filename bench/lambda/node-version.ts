import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** "24.1.0", of the program at this path. */
export async function versionOfNode(node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, ['-p', 'process.versions.node']);
  return stdout.trim();
}
