/**
 * Migrates the database as a step of the deployment: after the network and the database are there, before the new code of
 * the functions. CloudFormation takes the step when the files or the database have changed, and never otherwise.
 */
import { MIGRATION_LIMITS } from '@vpc-postgres/lambda/database/migrate/limits.js';
import { fingerprintOf } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { CustomResource, Duration, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import type { DefinedFunction } from '../../functions/defined-function.js';
import type { LogSettings } from '../../monitoring/log-group.js';
import type { Network } from '../../network/network.js';
import type { Database } from '../database.js';
import { invokesEveryVersionOf, usesManagedPolicy } from './acknowledged-findings.js';
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
    serviceToken: createProvider(scope, fn, logs).serviceToken,
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

/**
 * Under the name that Lambda gives a function's group. The CDK's provider ends every error with that name, whatever group the
 * function writes to: under another one, the deployment's error would lead to a group that does not exist.
 */
function createNamedLogGroup({ resources: { lambda } }: DefinedFunction, logs: LogSettings): void {
  new LogGroup(lambda, 'LogGroup', {
    logGroupName: `/aws/lambda/${lambda.functionName}`,
    retention: logs.retentionDays,
    removalPolicy: logs.removalPolicy,
  });
}

/**
 * CloudFormation waits for an answer in S3, where a function without a way out of the VPC cannot write it. So the CDK's own
 * function, which is not in the VPC, invokes ours through Lambda, waits, and passes the answer on.
 */
function createProvider(scope: Construct, { resources }: DefinedFunction, logs: LogSettings): Provider {
  const place = new Construct(scope, 'MigrationsMessenger');
  const logGroup = new LogGroup(place, 'Log', { retention: logs.retentionDays, removalPolicy: logs.removalPolicy });
  const messenger = new Provider(place, 'Provider', { onEventHandler: resources.lambda, logGroup });
  Validations.of(messenger).acknowledge(
    usesManagedPolicy('AWSLambdaBasicExecutionRole'),
    invokesEveryVersionOf(resources.cfnResources.cfnFunction),
  );
  return messenger;
}
