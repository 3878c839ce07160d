/**
 * Amplify's SQL data source in this network: where its function is, what it reaches, and how many of it run. Amplify makes the
 * function and its VPC endpoint; the security group and its rules are made here, with all others.
 */
import { Lazy } from 'aws-cdk-lib';
import { CfnFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { SqlDataSourceSettings } from '../configuration/database-settings.js';
import type { Environment } from '../configuration/environment.js';
import type { DefinedFunction } from '../functions/defined-function.js';
import type { CachedContext } from '../network/cached-context.js';
import { type KnownSubnets, lookUpSubnets } from '../network/look-up-subnets.js';
import type { Network } from '../network/network.js';
import { denyNetworkInterfacesToCode } from '../network/place-function-in-vpc.js';
import type { SecurityGroupRef } from '../network/security-group-rules.js';
import type { Database } from './database.js';

const HTTPS = 443;

/** As Amplify names it, before a hash of the deployment. */
const FUNCTION_NAME = /^SQLFunction/;

/** @returns the data source of an environment that has one. */
export function planSqlDataSource(environment: Environment, cachedContext: CachedContext): SqlDataSource | undefined {
  const { sqlDataSource } = environment;
  if (sqlDataSource === undefined) return undefined;
  return new SqlDataSource(sqlDataSource, lookUpSubnets(environment, cachedContext));
}

/** Planned before the backend is defined, which needs its subnets; connected when there are a network and a database. */
export class SqlDataSource {
  /** For defineApi. The security group is a promise: it is made in a stack that does not exist yet. */
  readonly vpcConfig: KnownSubnets & { readonly securityGroupId: string };
  readonly #settings: SqlDataSourceSettings;
  #group: SecurityGroupRef | undefined;

  constructor(settings: SqlDataSourceSettings, subnets: KnownSubnets) {
    this.#settings = settings;
    this.vpcConfig = {
      ...subnets,
      securityGroupId: Lazy.string({ produce: () => this.#group?.securityGroup.securityGroupId }),
    };
  }

  /**
   * Lets the function reach the database, and SSM through its own endpoint, and nothing else.
   * @param functions The functions that Amplify made for the API.
   */
  connect(
    { rules, vpc }: Network,
    { passwordLogin }: Database,
    functions: Readonly<Record<string, IFunction>>,
    { reservedConcurrency }: Environment['limits'] = {},
  ): DefinedFunction {
    const group = this.#settings.securityGroup
      ? rules.import('SqlDataSourceSecurityGroup', this.#settings.securityGroup)
      : rules.create('SqlDataSourceSecurityGroup', vpc, 'SQL data source of Amplify, and its endpoint of SSM');
    rules.allow(group, passwordLogin.group, passwordLogin.port, 'SQL data source to PostgreSQL');
    // Amplify gives the function and the endpoint the same group.
    rules.allowWithin(group, HTTPS, 'SQL data source to its endpoint of SSM');
    this.#group = group;

    const sqlFunction = find(functions);
    const { cfnFunction } = sqlFunction.resources.cfnResources;
    denyNetworkInterfacesToCode(sqlFunction.resources.lambda, cfnFunction);
    if (reservedConcurrency !== undefined) cfnFunction.reservedConcurrentExecutions = reservedConcurrency;
    return sqlFunction;
  }
}

function find(functions: Readonly<Record<string, IFunction>>): DefinedFunction {
  const found = Object.entries(functions).find(([name]) => FUNCTION_NAME.test(name))?.[1];
  const cfnFunction = found?.node.defaultChild;
  if (found !== undefined && cfnFunction instanceof CfnFunction) {
    return { resources: { lambda: found, cfnResources: { cfnFunction } } };
  }
  throw new Error(
    `Amplify made no function of the SQL data source, only: ${Object.keys(functions).join(', ') || 'none'}.`,
  );
}
