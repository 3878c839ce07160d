/**
 * What people must know about the network before they deploy it: the rules that others must add, and what egress costs. It
 * is written into the template's metadata, from which `npm run synth` prints it; a deployment changes nothing by it.
 */
import type { Stack } from 'aws-cdk-lib';
import type { NetworkSettings } from '../configuration/network-settings.js';
import { type EgressCost, egressCost } from './monthly-cost.js';
import type { Network } from './network.js';
import type { RuleToAdd } from './security-group-rules.js';

/** The key in the template's metadata. */
export const NETWORK_REPORT = 'NetworkReport';

export interface NetworkReport {
  readonly rulesToAdd: readonly RuleToAdd[];
  readonly egressCost: EgressCost;
}

export function reportNetwork(stack: Stack, settings: NetworkSettings, { rules, functionSubnets }: Network): void {
  const zones = new Set(functionSubnets.map((subnet) => subnet.availabilityZone));
  const report: NetworkReport = { rulesToAdd: rules.toAdd, egressCost: egressCost(settings, zones.size) };
  stack.templateOptions.metadata = { ...stack.templateOptions.metadata, [NETWORK_REPORT]: report };
}
