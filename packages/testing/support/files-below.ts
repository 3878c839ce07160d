/** Lists the files below a folder without those of installed packages, of which there can be tens of thousands. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @returns paths relative to the folder; a folder `node_modules` below it is not entered */
export function filesBelow(folder: string, inFolder = ''): string[] {
  return readdirSync(join(folder, inFolder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(inFolder, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name === 'node_modules' ? [] : filesBelow(folder, path);
  });
}
