/** Files of Amplify's packages that these do not export, by their address: what our own code must agree with. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');

/** @param path of a file below node_modules */
export function importPackageFile<Module>(path: string): Promise<Module> {
  return import(/* @vite-ignore */ pathToFileURL(join(NODE_MODULES, path)).href);
}
