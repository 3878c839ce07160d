/** The environment that ampx deploys in these tests: the example of the repository, in a VPC that moto made. */
import type { Environment } from '../../amplify/configuration/environment.js';
import { exampleEnvironment, exampleNetwork, withSqlDataSource } from '../support/environments.js';

export const { account, region } = exampleEnvironment;

export function environmentIn(vpcId: string): Environment {
  return { ...exampleEnvironment, network: { ...exampleNetwork, vpc: { id: vpcId } } };
}

/** With Amplify's SQL data source, whose secret moto keeps under this ARN. */
export function environmentWithSql(vpcId: string, secretArn?: string): Environment {
  return withSqlDataSource(environmentIn(vpcId), secretArn === undefined ? {} : { secretArn });
}
