/** Makes new PostgreSQL clusters before the tests of a command, for copies of them, and removes them after the tests. */
import '@vpc-postgres/local-stack/forget-postgres-variables.js';

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapDatabase } from '@vpc-postgres/local-stack/database.js';
import { findBinaries } from '@vpc-postgres/local-stack/postgres/binaries.js';
import { startPostgres } from '@vpc-postgres/local-stack/postgres/cluster.js';
import { prepareDataDirectory } from '@vpc-postgres/local-stack/postgres/data-directory.js';
import { choosePrivileges } from '@vpc-postgres/local-stack/postgres/privileges.js';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** As initdb leaves it: without a database, a role or a secret of ours. */
    newCluster: string;
    /** The same, with our database and the roles of bootstrap.sql. It has no secret either. */
    bootstrappedCluster: string;
  }
}

interface NewClusters {
  readonly folder: string;
  readonly newCluster: string;
  readonly bootstrappedCluster: string;
}

/** Each project loads this file anew, in the same process. */
const shared: typeof globalThis & { newClusters?: { made: Promise<NewClusters>; projects: number } } = globalThis;

export default async function provideNewClusters({ provide }: TestProject): Promise<() => Promise<void>> {
  shared.newClusters ??= { made: makeNewClusters(), projects: 0 };
  const { newClusters } = shared;
  newClusters.projects += 1;
  const { folder, newCluster, bootstrappedCluster } = await newClusters.made;
  provide('newCluster', newCluster);
  provide('bootstrappedCluster', bootstrappedCluster);
  return async () => {
    newClusters.projects -= 1;
    if (newClusters.projects > 0) return;
    delete shared.newClusters;
    await rm(folder, { recursive: true });
  };
}

async function makeNewClusters(): Promise<NewClusters> {
  const folder = await mkdtemp(join(tmpdir(), 'new-cluster-'));
  const newCluster = join(folder, 'data');
  await prepareDataDirectory(newCluster, await findBinaries(), await choosePrivileges());
  const bootstrappedCluster = join(folder, 'bootstrapped');
  const postgres = await startPostgres({ dataDirectory: bootstrappedCluster });
  await bootstrapDatabase(postgres.socketDirectory);
  await postgres.stop();
  return { folder, newCluster, bootstrappedCluster };
}
