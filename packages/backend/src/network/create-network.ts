/** Makes the network, or finds it: VPC, subnets, security groups and what the functions can reach. */
import type { Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Environment } from '../configuration/environment.js';
import type { NetworkSettings } from '../configuration/network-settings.js';
import type { CachedContext } from './cached-context.js';
import { createVpc, functionSubnetsFor, ISOLATED_SUBNETS } from './created-vpc.js';
import { openEgress } from './egress.js';
import { isLookupPending, lookUpVpc } from './existing-vpc.js';
import { requireIpv6Ranges } from './ipv6.js';
import { createLookupStack } from './lookup-stack.js';
import type { Network } from './network.js';
import { rootStackOf } from './root-stack.js';
import { type SecurityGroupRef, SecurityGroupRules } from './security-group-rules.js';
import { selectSubnets } from './subnets.js';

/**
 * @param stack The one stack that owns the network and the database.
 * @param cachedContext The answers of earlier lookups: cached-context.ts.
 * @throws ConfigurationError when the VPC does not have the subnets that were chosen.
 */
export function createNetwork(stack: Stack, environment: Environment, cachedContext: CachedContext): Network {
  const { network: settings, region } = environment;
  const { egress = { kind: 'none' } } = settings;
  const lookupStack = once(() => createLookupStack(rootStackOf(stack), environment, cachedContext));
  const vpcSubnets =
    settings.kind === 'existing' ? existingVpcSubnets(settings, lookupStack()) : newVpcSubnets(stack, settings);
  const rules = new SecurityGroupRules(stack);
  const functionGroup = functionGroupOf(settings, rules, vpcSubnets.vpc);
  const network = { ...vpcSubnets, rules, functionGroup, hasIpv6: egress.kind === 'ipv6' };
  if (network.hasIpv6 && settings.kind === 'existing' && !network.lookupPending) {
    requireIpv6Ranges(lookupStack(), network.functionSubnets);
  }
  openEgress(stack, network, egress, region, lookupStack);
  return network;
}

type VpcSubnets = Pick<Network, 'vpc' | 'lookupPending' | 'functionSubnets' | 'databaseSubnets'>;

function existingVpcSubnets(settings: Extract<NetworkSettings, { kind: 'existing' }>, lookupStack: Stack): VpcSubnets {
  const vpc = lookUpVpc(lookupStack, settings.vpc);
  const subnets = selectSubnets(vpc, settings.subnets);
  return { vpc, lookupPending: isLookupPending(vpc), functionSubnets: subnets, databaseSubnets: subnets };
}

/** Only functions need the route to a gateway. */
function newVpcSubnets(stack: Stack, settings: Extract<NetworkSettings, { kind: 'new' }>): VpcSubnets {
  const vpc = createVpc(stack, settings);
  const subnets = (subnetGroupName: string) => vpc.selectSubnets({ subnetGroupName }).subnets;
  return {
    vpc,
    lookupPending: false,
    functionSubnets: subnets(functionSubnetsFor(settings.egress ?? { kind: 'none' })),
    databaseSubnets: subnets(ISOLATED_SUBNETS),
  };
}

function functionGroupOf(settings: NetworkSettings, rules: SecurityGroupRules, vpc: IVpc): SecurityGroupRef {
  if (settings.kind === 'existing' && settings.functionSecurityGroup) {
    return rules.import('FunctionSecurityGroup', settings.functionSecurityGroup);
  }
  return rules.create('FunctionSecurityGroup', vpc, 'Functions that use the database');
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
