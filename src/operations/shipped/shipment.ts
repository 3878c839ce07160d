/** Everything that is shipped, read from a repository: the functions, and the packages in each of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shipment } from './cyclonedx.js';
import { buildShippedFunctions } from './shipped-functions.js';
import { readBundledPackages } from './shipped-packages.js';

/**
 * @param project Root of the repository.
 * @throws LockfileMismatchError, and the errors of esbuild
 */
export async function readShipment(project: string): Promise<Shipment> {
  const { name, version, license } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const functions = await buildShippedFunctions(project);
  return {
    project: { name, version, license },
    functions: functions.map((one) => ({
      name: one.name,
      code: one.code,
      bundled: readBundledPackages(project, one.metafile),
    })),
  };
}
