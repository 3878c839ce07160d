/** Makes one new PostgreSQL cluster before the tests of a project, for copies of it, and removes it after them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findBinaries } from '../../../src/local/postgres/binaries.js';
import { prepareDataDirectory } from '../../../src/local/postgres/data-directory.js';
import { choosePrivileges } from '../../../src/local/postgres/privileges.js';

declare module 'vitest' {
  interface ProvidedContext {
    newCluster: string;
  }
}

export default async function makeNewCluster({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'new-cluster-'));
  const newCluster = join(folder, 'data');
  await prepareDataDirectory(newCluster, await findBinaries(), await choosePrivileges());
  provide('newCluster', newCluster);
  return () => rm(folder, { recursive: true });
}
