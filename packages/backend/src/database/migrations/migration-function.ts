/** The function that migrates: in the VPC like those that serve, with a role that may connect as migrator and no more. */
import { MIGRATION_LIMITS } from '@vpc-postgres/lambda/database/migrate/limits.js';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { AssetHashType, DockerImage, Duration, Validations } from 'aws-cdk-lib';
import { Architecture, type CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ConnectableFunction } from '../../functions/defined-function.js';
import type { Network } from '../../network/network.js';
import { placeFunctionInVpc } from '../../network/place-function-in-vpc.js';
import { connectFunction } from '../connect-function.js';
import type { Database } from '../database.js';
import { usesManagedPolicy } from './acknowledged-findings.js';
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
  const lambda = new LambdaFunction(scope, 'Migrations', {
    description: 'Applies src/migrations during a deployment',
    runtime: Runtime.NODEJS_24_X,
    // The bundle is JavaScript alone.
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: bundledCode(migrations),
    timeout: Duration.seconds(MIGRATION_LIMITS.functionSeconds),
    memorySize: MEMORY_MB,
  });
  for (const policy of ['AWSLambdaBasicExecutionRole', 'AWSLambdaVPCAccessExecutionRole'] as const) {
    Validations.of(lambda).acknowledge(usesManagedPolicy(policy));
  }
  const fn: ConnectableFunction = {
    resources: { lambda, cfnResources: { cfnFunction: lambda.node.defaultChild as CfnFunction } },
    addEnvironment: (key, value) => void lambda.addEnvironment(key, value),
  };
  placeFunctionInVpc(fn, network);
  connectFunction(fn, database, migrator);
  return fn;
}

/** esbuild runs in this process. The CDK asks for an image to fall back on, and never gets that far. */
function bundledCode(migrations: readonly Migration[]): Code {
  const files = migrations.map(({ name, sql }) => ({ name, sql }));
  return Code.fromAsset(MIGRATION_FUNCTION, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-pulled'),
      local: {
        tryBundle(directory) {
          bundleMigrationFunction(files, directory);
          return true;
        },
      },
    },
  });
}
