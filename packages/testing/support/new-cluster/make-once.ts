/** Makes new PostgreSQL clusters before the tests of a project, for copies of them, and removes them after the tests. */
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

export default async function makeNewClusters({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'new-cluster-'));
  const newCluster = join(folder, 'data');
  await prepareDataDirectory(newCluster, await findBinaries(), await choosePrivileges());
  provide('newCluster', newCluster);

  const bootstrappedCluster = join(folder, 'bootstrapped');
  const postgres = await startPostgres({ dataDirectory: bootstrappedCluster });
  await bootstrapDatabase(postgres.socketDirectory);
  await postgres.stop();
  provide('bootstrappedCluster', bootstrappedCluster);
  return () => rm(folder, { recursive: true });
}
