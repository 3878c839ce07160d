/** Writes the network's report into the template. A deployment changes nothing by it. */
import type { Stack } from 'aws-cdk-lib';
import type { Network } from './network.js';
import { NETWORK_REPORT, type NetworkReport } from './network-report.js';

export function reportNetwork(stack: Stack, { rules, functionSubnets }: Network): void {
  const zones = new Set(functionSubnets.map((subnet) => subnet.availabilityZone));
  const report: NetworkReport = { rulesToAdd: rules.toAdd, zoneCount: zones.size };
  // As text: CloudFormation's metadata knows no fractions.
  stack.templateOptions.metadata = {
    ...stack.templateOptions.metadata,
    [NETWORK_REPORT]: JSON.stringify(report),
  };
}
