/**
 * The VPC and the functions' subnets before there is a backend: Amplify's SQL data source wants them in plain text while the API
 * is defined. Looked up from an App of its own, which is never synthesized. What it cannot answer yet, the backend's own
 * lookup (existing-vpc.ts) asks for; then everything runs again.
 */
import { App, Stack } from 'aws-cdk-lib';
import type { Environment } from '../configuration/environment.js';
import type { CachedContext } from './cached-context.js';
import { lookUpVpc } from './existing-vpc.js';
import { createLookupStack } from './lookup-stack.js';
import { selectSubnets } from './subnets.js';

export interface KnownSubnets {
  readonly vpcId: string;
  readonly subnets: readonly { readonly subnetId: string; readonly availabilityZone: string }[];
}

/**
 * @param cachedContext The answers of earlier lookups: cached-context.ts.
 * @throws ConfigurationError when the VPC does not have the subnets that were chosen, or cannot be looked up.
 */
export function lookUpSubnets(environment: Environment, cachedContext: CachedContext): KnownSubnets {
  const { network } = environment;
  // sql-data-source-consistency.ts refuses it: the ids of what is created are not known before.
  if (network.kind === 'new') throw new Error('The subnets of a VPC that is created are not known ahead.');
  const stack = new Stack(new App({ autoSynth: false }), 'Ahead');
  const vpc = lookUpVpc(createLookupStack(stack, environment, cachedContext), network.vpc);
  const subnets = selectSubnets(vpc, network.subnets);
  return {
    vpcId: vpc.vpcId,
    subnets: subnets.map(({ subnetId, availabilityZone }) => ({ subnetId, availabilityZone })),
  };
}
