/** Deploys the fixture app with a change that a guardrail must find, and builds the parts of such changes. */
import { exampleEnvironment, exampleNetwork } from '@vpc-postgres/testing/support/environments.js';
import { pinnedVpc, readProjectContext, type SubnetGroup } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, type SynthesisInputs, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import type { App } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../../src/configuration/environment.js';
import type { Acknowledgement, GuardrailName } from '../../src/configuration/guardrail-names.js';

export type Prepare = NonNullable<SynthesisInputs['prepare']>;
export type Backend = Parameters<Prepare>[1];

/** A deployment: the example on a branch, but for what is given here. */
export interface Deployment {
  readonly environment?: Environment;
  readonly sandbox?: boolean;
  readonly vpc?: readonly SubnetGroup[];
  /** What somebody writes into the backend. */
  readonly change?: (backend: Backend) => void;
}

export interface Case {
  readonly guardrail: GuardrailName;
  readonly what: string;
  readonly breaks: Deployment;
  /** The problem as it is told: what is there, and what should be. */
  readonly problem: RegExp;
  /** The same with the mistake put right. */
  readonly keeps: Deployment;
}

export const REASON = 'The tests say so, to see what an acknowledgement does.';

export const limited = (reservedConcurrency: number | undefined, environment: Environment): Environment => {
  const { limits: _, ...rest } = environment;
  return reservedConcurrency === undefined ? rest : { ...rest, limits: { reservedConcurrency } };
};

export const isolated = (cidr: string, zones: readonly string[]): SubnetGroup[] => [
  { type: 'Isolated', cidr, subnets: Object.fromEntries(zones.map((zone, index) => [`subnet-0000000${index}`, zone])) },
];

export const withSubnets = (...ids: string[]): Environment => ({
  ...exampleEnvironment,
  network: { ...exampleNetwork, subnets: { ids } },
});

export const functionOf = (backend: Backend) => backend['orders-api'].resources.cfnResources.cfnFunction;

export const sqlFunctionOf = (backend: Backend) =>
  Object.entries(backend.data.resources.cfnResources.cfnFunctions).find(([name]) =>
    name.startsWith('SQLFunction'),
  )?.[1];

/** A function that somebody adds in a stack of their own, with the ENI policy and no bundled code. */
export function addFunction(backend: Backend, properties: Partial<CfnFunction> = {}): CfnFunction {
  const stack = backend.createStack('reports');
  const role = new Role(stack, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole')],
  });
  const fn = new CfnFunction(stack, 'Function', {
    role: role.roleArn,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    code: { zipFile: 'exports.handler = async () => {};' },
  });
  return Object.assign(fn, properties);
}

export const addGroup = (backend: Backend, egress: CfnSecurityGroup.EgressProperty) =>
  new CfnSecurityGroup(backend.createStack('reports'), 'Group', {
    groupDescription: 'Reports',
    securityGroupEgress: [egress],
  });

export const allowConnect = (backend: Backend, resource: string) =>
  backend['orders-api'].resources.lambda.addToRolePolicy(
    new PolicyStatement({ actions: ['rds-db:connect'], resources: [resource] }),
  );
export function throughNat(): Environment {
  return {
    ...exampleEnvironment,
    network: { ...exampleNetwork, subnets: { type: 'withEgress' }, egress: { kind: 'nat' } },
  };
}

export function roleOf(backend: Backend): CfnRole {
  const role = backend['orders-api'].resources.lambda.role?.node.defaultChild;
  if (role instanceof CfnRole) return role;
  throw new Error('The function has no role of its own.');
}

export function deploy(deployment: Deployment, acknowledgements: readonly Acknowledgement[] = []) {
  const base = deployment.environment ?? exampleEnvironment;
  const environment = { ...base, acknowledgements: [...(base.acknowledgements ?? []), ...acknowledgements] };
  const name = deployment.sandbox ? 'sandbox' : 'main';
  return synthesize(deployment.sandbox ? sandbox('alice') : branch('main'), {
    environments: { [name]: environment },
    cachedContext: deployment.vpc ? pinnedVpc(environment, deployment.vpc) : readProjectContext(),
    bundle: false,
    ...(deployment.change && { prepare: (_app: App, backend: Backend) => void deployment.change?.(backend) }),
  });
}
