/** Everything that is shipped, read from a repository: the functions, and the packages in each of them. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Shipment } from './cyclonedx.js';
import { buildShippedFunctions } from './shipped-functions.js';
import { findLockfileFolder, readBundledPackages } from './shipped-packages.js';

/**
 * @param project Folder with amplify/ and src/.
 * @throws LockfileMismatchError, and the errors of esbuild
 */
export async function readShipment(project: string): Promise<Shipment> {
  const root = findLockfileFolder(project);
  const functions = await buildShippedFunctions(project);
  return {
    project: readProject(project, root),
    functions: functions.map((one) => ({
      name: one.name,
      code: one.code,
      bundled: readBundledPackages(root, one.metafile),
    })),
  };
}

/**
 * The nearest package.json with a version: in a workspace of another project it is the app's. An app that is not published
 * can leave all of it out; npm then takes the folder's name, too.
 */
function readProject(folder: string, root: string): Shipment['project'] {
  const file = join(folder, 'package.json');
  const manifest: Partial<Shipment['project']> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (manifest.version === undefined && folder !== root) return readProject(dirname(folder), root);
  const { name = basename(folder), version, license } = manifest;
  return { name, version, license };
}
