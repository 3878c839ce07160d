/** What the functions reach besides the database: nothing, some AWS services, or the internet through NAT or over IPv6. */
import type { Stack } from 'aws-cdk-lib';
import { PrefixList } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { EgressSettings, EndpointEgressSettings } from '../configuration/network-settings.js';
import { createGatewayEndpoint, createInterfaceEndpoint } from './endpoints.js';
import { refuseFailedLookup } from './lookup-stack.js';
import type { Network } from './network.js';

const HTTPS = 443;

/**
 * @param scope The stack that owns the network.
 * @param lookupStack Makes the stack from which prefix lists are looked up, when one is needed.
 */
export function openEgress(
  scope: Construct,
  network: Network,
  settings: EgressSettings,
  region: string,
  lookupStack: () => Stack,
): void {
  if (settings.kind === 'nat') {
    network.rules.allowToEverywhere(
      network.functionGroup,
      '0.0.0.0/0',
      HTTPS,
      'Functions to the internet, through NAT',
    );
  }
  if (settings.kind === 'ipv6') {
    network.rules.allowToEverywhere(network.functionGroup, '::/0', HTTPS, 'Functions to the internet, over IPv6');
  }
  if (settings.kind === 'endpoints') {
    openGateways(scope, network, settings, region, lookupStack);
    openInterfaces(scope, network, settings);
  }
}

function openGateways(
  scope: Construct,
  network: Network,
  { gateways = [] }: EndpointEgressSettings,
  region: string,
  lookupStack: () => Stack,
): void {
  for (const { service, existing = false } of gateways) {
    if (!existing) createGatewayEndpoint(scope, network, service);
    // A gateway endpoint has no security group: it is a route, and the rule names the service's own address ranges.
    const prefixListName = `com.amazonaws.${region}.${service}`;
    const { prefixListId } = PrefixList.fromLookup(lookupStack(), `PrefixList-${service}`, { prefixListName });
    refuseFailedLookup(lookupStack(), {
      path: 'network.egress.gateways',
      got: `the prefix list ${prefixListName}`,
      fix: 'allow ec2:DescribeManagedPrefixLists and cloudformation:ListResources, or pin the lookup',
    });
    network.rules.allowToService(network.functionGroup, prefixListId, HTTPS, `Functions to ${service}`);
  }
}

/** All new interface endpoints share one security group. */
function openInterfaces(
  scope: Construct,
  network: Network,
  { interfaces = [], zones = 'each' }: EndpointEgressSettings,
): void {
  const { rules, functionGroup, vpc } = network;
  const created = interfaces.filter(({ existing }) => existing === undefined);
  if (created.length > 0) {
    const group = rules.create('EndpointSecurityGroup', vpc, 'VPC endpoints of AWS services');
    for (const { service } of created) createInterfaceEndpoint(scope, network, service, zones, group.securityGroup);
    rules.allow(functionGroup, group, HTTPS, 'Functions to VPC endpoints');
  }
  for (const { service, existing } of interfaces) {
    if (existing === undefined) continue;
    const group = rules.import(`EndpointSecurityGroup-${service}`, existing);
    rules.allow(functionGroup, group, HTTPS, `Functions to the VPC endpoint of ${service}`);
  }
}
