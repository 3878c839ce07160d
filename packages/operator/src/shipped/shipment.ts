/** Everything that is shipped, read from a repository: the functions, and the packages in each of them. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Shipment } from './cyclonedx.js';
import { buildShippedFunctions } from './shipped-functions.js';
import { findLockfileFolder, readBundledPackages } from './shipped-packages.js';

/**
 * @param project Folder with amplify/ and src/.
 * @throws LockfileMismatchError, and the errors of esbuild
 */
export async function readShipment(project: string): Promise<Shipment> {
  const root = findLockfileFolder(project);
  // An app that is not published can leave all of it out; npm then takes the folder's name, too.
  const {
    name = basename(root),
    version,
    license,
  }: Partial<Shipment['project']> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const functions = await buildShippedFunctions(project);
  return {
    project: { name, version, license },
    functions: functions.map((one) => ({
      name: one.name,
      code: one.code,
      bundled: readBundledPackages(root, one.metafile),
    })),
  };
}
