/**
 * Managed instances and web functions send many requests to one execution environment at once. The pool of a function has
 * one connection, because Lambda's own environments serve one request at a time: the others would wait for it, and time out.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-nodejs-runtime.html
 */
import { POOL_LIMITS } from '@vpc-postgres/lambda/database/pool-limits.js';
import type { CfnResource } from 'aws-cdk-lib';
import type { Finding, GuardedBackend, Guardrail } from '../guardrail.js';
import { allowedActionsOf } from '../policy-statements.js';
import { asRecord, nameOf, type Properties, resourcesOf } from '../resources.js';

/** What Lambda does when nobody says otherwise. */
const DEFAULTS = { managedInstances: '64 requests for each vCPU', webFunction: '64 requests' } as const;

export const concurrentRequests: Guardrail = {
  name: 'concurrent-requests',
  fix: 'let it be a function of Lambda itself, with defineFunction and without capacityProviderConfig; or let an execution environment have one request at a time',
  find: (backend) => [...managedInstances(backend), ...webFunctions(backend)],
};

function managedInstances(backend: GuardedBackend): Finding[] {
  return resourcesOf(backend.root, ['AWS::Lambda::Function']).flatMap(({ construct, properties }) => {
    const { CapacityProviderConfig } = properties;
    if (CapacityProviderConfig === undefined || !usesDatabase(construct, properties, backend)) return [];
    const config = asRecord(asRecord(CapacityProviderConfig).LambdaManagedInstancesCapacityProviderConfig);
    return findingOf(
      construct,
      'runs on managed instances',
      config.PerExecutionEnvironmentMaxConcurrency,
      DEFAULTS.managedInstances,
    );
  });
}

/** Without a network connector it does not reach the database. */
function webFunctions({ root }: GuardedBackend): Finding[] {
  return resourcesOf(root, ['AWS::Lambda::WebFunctionRevision']).flatMap(({ construct, properties }) => {
    const config = asRecord(properties.ServiceConfig);
    if (config.EgressNetworkConnectorArn === undefined) return [];
    const { MaxConcurrencyPerEnvironment } = config;
    return findingOf(
      construct,
      'is a web function with a network connector',
      MaxConcurrencyPerEnvironment,
      DEFAULTS.webFunction,
    );
  });
}

function usesDatabase(
  construct: CfnResource,
  properties: Properties,
  { databaseFunctions, migrationFunction }: GuardedBackend,
): boolean {
  return (
    [...databaseFunctions, migrationFunction].some((fn) => fn === construct) ||
    allowedActionsOf(construct, properties).includes('rds-db:connect')
  );
}

function findingOf(construct: CfnResource, what: string, maximum: unknown, byDefault: string): Finding[] {
  if (maximum === 1) return [];
  const requests = maximum === undefined ? byDefault : `${maximum} requests`;
  const connections = POOL_LIMITS.max === 1 ? 'one connection' : `${POOL_LIMITS.max} connections`;
  const problem = `${nameOf(construct)} ${what}: one execution environment serves up to ${requests} at once, and its pool has ${connections}.`;
  return [{ construct, problem }];
}
