/** Reads which versions of the packages are installed in the project of the working directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGES_OF_INTEREST } from './upstream-faults.js';

export function readInstalledPackages(folder: string): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of PACKAGES_OF_INTEREST) {
    try {
      versions[name] = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
    } catch {
      // Not installed, which the check says.
    }
  }
  return versions;
}
