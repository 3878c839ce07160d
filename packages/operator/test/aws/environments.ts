/** The environment that ampx deploys in these tests: the example of the repository, in a VPC that moto made. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import {
  exampleNetwork,
  exampleWithMigrations,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';

export const { account, region } = exampleWithMigrations;

export function environmentIn(vpcId: string): Environment {
  return { ...exampleWithMigrations, network: { ...exampleNetwork, vpc: { id: vpcId } } };
}

/** With Amplify's SQL data source, whose secret moto keeps under this ARN. */
export function environmentWithSql(vpcId: string, secretArn?: string): Environment {
  return withSqlDataSource(environmentIn(vpcId), secretArn === undefined ? {} : { secretArn });
}
