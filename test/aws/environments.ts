/** The environment that ampx deploys in these tests: the example of the repository, in a VPC that moto made. */
import type { Environment } from '../../amplify/configuration/environment.js';
import { exampleNetwork, exampleWithMigrations } from '../support/environments.js';

export const { account, region } = exampleWithMigrations;

export function environmentIn(vpcId: string): Environment {
  return { ...exampleWithMigrations, network: { ...exampleNetwork, vpc: { id: vpcId } } };
}
