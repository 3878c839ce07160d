/** Deploys the fixture app with a change that a guardrail must find, and builds the parts of such changes. */
import { egressContext } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment, exampleNetwork } from '@vpc-postgres/testing/support/environments.js';
import { pinnedVpc, readProjectContext, type SubnetGroup } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, type SynthesisInputs, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import type { App } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, CfnNetworkConnector, CfnWebFunctionRevision } from 'aws-cdk-lib/aws-lambda';
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
  /** Whether it is printed, and the deployment goes on. */
  readonly isWarning?: boolean;
  readonly what: string;
  readonly breaks: Deployment;
  /** The problem as it is reported: what is there, and what should be. */
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

/** Network interfaces for web functions, in the subnets of the example. */
export const addConnector = (backend: Backend) =>
  new CfnNetworkConnector(backend.createStack('reports'), 'Connector', {
    configuration: {
      vpcEgressConfiguration: {
        associatedComputeResourceTypes: ['WebFunction'],
        networkProtocol: 'IPv4',
        securityGroupIds: ['sg-0fffffffffffffff0'],
        subnetIds: ['subnet-0c30000000000000a', 'subnet-0c30000000000000b'],
      },
    },
    operatorRole: 'arn:aws:iam::111122223333:role/connector',
  });

/** A revision of a web function, with or without a way into a VPC. */
export const addWebFunction = (backend: Backend, egressNetworkConnectorArn?: string) =>
  new CfnWebFunctionRevision(backend.createStack('reports'), 'Revision', {
    functionName: 'reports',
    buildConfig: {
      codeConfig: { s3Object: { bucket: 'reports', key: 'code.zip' } },
      runtimeConfig: { runtime: 'nodejs24.x' },
    },
    serviceConfig: {
      executionRoleArn: 'arn:aws:iam::111122223333:role/reports',
      ...(egressNetworkConnectorArn && { egressNetworkConnectorArn }),
    },
  });

/** On instances of a capacity provider, as somebody sets it on what defineFunction made. */
export const onManagedInstances = (fn: CfnFunction, perExecutionEnvironmentMaxConcurrency?: number) =>
  Object.assign(fn, {
    capacityProviderConfig: {
      lambdaManagedInstancesCapacityProviderConfig: {
        capacityProviderArn: 'arn:aws:lambda:eu-west-1:111122223333:capacity-provider:shared',
        ...(perExecutionEnvironmentMaxConcurrency && { perExecutionEnvironmentMaxConcurrency }),
      },
    },
  });

export const allowAction = (backend: Backend, action: string) =>
  backend['orders-api'].resources.lambda.addToRolePolicy(
    new PolicyStatement({ actions: [action], resources: ['arn:aws:sqs:eu-west-1:111122223333:orders'] }),
  );

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

export function overIpv6(): Environment {
  return { ...exampleEnvironment, network: { ...exampleNetwork, egress: { kind: 'ipv6' } } };
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
    cachedContext: deployment.vpc
      ? pinnedVpc(environment, deployment.vpc)
      : { ...readProjectContext(), ...egressContext },
    bundle: false,
    ...(deployment.change && { prepare: (_app: App, backend: Backend) => void deployment.change?.(backend) }),
  });
}
