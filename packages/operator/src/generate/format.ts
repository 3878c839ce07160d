/** Formats what was written with the app's own Biome, if it has one. Files that were edited in place are left as they are. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import type { Changes } from './changes.js';

/** Looked up among the app's packages: this one has no dependency on it. */
const BIOME = '@biomejs/biome/bin/biome';

export function formatNewFiles({ project, newFiles }: Changes): void {
  const files = newFiles.filter((path) => path.endsWith('.ts'));
  const biome = findBiome(project);
  if (biome === undefined || files.length === 0) return;
  // What Biome has to say beyond the format, npm run check says.
  spawnSync(process.execPath, [biome, 'check', '--write', ...files], { cwd: project, stdio: 'ignore' });
}

function findBiome(project: string): string | undefined {
  try {
    return createRequire(join(project, 'package.json')).resolve(BIOME);
  } catch {
    return undefined;
  }
}
