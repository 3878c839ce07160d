/** The function that migrates: in the VPC like those that serve, with a role that may connect as migrator and no more. */
import { MIGRATION_LIMITS } from '@vpc-postgres/lambda/database/migrate/limits.js';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import type { Construct } from 'constructs';
import type { ConnectableFunction } from '../../functions/defined-function.js';
import type { Network } from '../../network/network.js';
import { placeFunctionInVpc } from '../../network/place-function-in-vpc.js';
import { connectFunction } from '../connect-function.js';
import type { Database } from '../database.js';
import { bundledCode, createDeploymentFunction } from '../deployment-step.js';
import { bundleMigrationFunction, MIGRATION_FUNCTION } from './bundle.js';

/** Most of the time it waits for PostgreSQL. */
const MEMORY_MB = 512;

export function createMigrationFunction(
  scope: Construct,
  migrator: string,
  migrations: readonly Migration[],
  database: Database,
  network: Network,
): ConnectableFunction {
  const files = migrations.map(({ name, sql }) => ({ name, sql }));
  const fn = createDeploymentFunction(scope, 'Migrations', {
    description: 'Applies src/migrations during a deployment',
    code: bundledCode(MIGRATION_FUNCTION, (directory) => bundleMigrationFunction(files, directory)),
    timeoutSeconds: MIGRATION_LIMITS.functionSeconds,
    memoryMB: MEMORY_MB,
  });
  placeFunctionInVpc(fn, network);
  connectFunction(fn, database, migrator);
  return fn;
}
