/**
 * Migrates the database as a step of the deployment: after the network and the database are there, before the new code of
 * the functions. CloudFormation takes the step when the files or the database have changed, and never otherwise.
 */
import { MIGRATION_LIMITS } from '@vpc-postgres/lambda/database/migrate/limits.js';
import { fingerprintOf } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { DefinedFunction } from '../../functions/defined-function.js';
import type { LogSettings } from '../../monitoring/log-group.js';
import type { Network } from '../../network/network.js';
import type { Database } from '../database.js';
import { createNamedLogGroup, createProvider } from '../deployment-step.js';
import { createMigrationFunction } from './migration-function.js';
import { readProjectMigrations } from './project-migrations.js';

export interface Migrations {
  readonly function: DefinedFunction;
  /** Lets these wait until the database has been migrated. */
  runBefore(...constructs: readonly IConstruct[]): void;
}

/**
 * @param scope The stack that owns the network and the database, when it has both.
 * @param migrator The database user that may migrate. Without one the deployment migrates nothing.
 * @param folder Holds the SQL files of the project.
 */
export function migrateAtDeploy(
  scope: Construct,
  migrator: string | undefined,
  folder: URL,
  database: Database,
  network: Network,
  logs: LogSettings,
): Migrations | undefined {
  if (migrator === undefined) return undefined;
  const everythingBefore = [...scope.node.children];
  const migrations = readProjectMigrations(folder);
  const fn = createMigrationFunction(scope, migrator, migrations, database, network);
  createNamedLogGroup(fn, logs);

  const resource = new CustomResource(scope, 'MigratedDatabase', {
    resourceType: 'Custom::MigratedDatabase',
    serviceToken: createProvider(scope, 'MigrationsMessenger', fn, logs).serviceToken,
    serviceTimeout: Duration.seconds(MIGRATION_LIMITS.resourceSeconds),
    properties: {
      Files: fingerprintOf(migrations),
      Database: `${database.host}:${database.port}/${database.name}`,
    },
  });
  // Rules, proxy and its way to the database; and the function's own rights, which are resources beside it.
  resource.node.addDependency(...everythingBefore, fn.resources.lambda);
  return {
    function: fn,
    runBefore(...constructs) {
      for (const construct of constructs) construct.node.addDependency(resource);
    },
  };
}
