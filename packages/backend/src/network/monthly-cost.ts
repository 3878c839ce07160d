/**
 * What the way out of the VPC costs a month, at AWS's list prices of us-east-1; other regions differ by up to a half. For
 * comparing choices, not for a bill. Prices of 2026-06: https://aws.amazon.com/vpc/pricing/ and
 * https://aws.amazon.com/privatelink/pricing/
 */
import type { Environment } from '../configuration/environment.js';
import type { EgressSettings, NetworkSettings } from '../configuration/network-settings.js';
import type { EgressCost, MonthlyCost } from './network-report.js';

const HOURS_PER_MONTH = 730;

const USD = {
  natGatewayPerHour: 0.045,
  publicAddressPerHour: 0.005,
  natPerGigabyte: 0.045,
  interfaceEndpointPerZoneAndHour: 0.01,
  interfaceEndpointPerGigabyte: 0.01,
} as const;

/** @param zoneCount The availability zones of the functions' subnets. */
export function egressCost(
  { network, sqlDataSource }: Pick<Environment, 'network' | 'sqlDataSource'>,
  zoneCount: number,
): EgressCost {
  const egress = network.egress ?? { kind: 'none' };
  const items = [
    ...itemsOf(network, egress, zoneCount),
    // Amplify makes one for each deployment that has the data source, whatever endpoints the VPC has already.
    ...(sqlDataSource ? [interfaceEndpoints('ssm, of the SQL data source,', 1, zoneCount)] : []),
  ];
  return {
    egress: egress.kind,
    items,
    totalFixedUsd: round(items.reduce((sum, { fixedUsd }) => sum + fixedUsd, 0)),
    alternatives: [
      ...(egress.kind === 'none' ? [] : [{ what: 'no egress at all', fixedUsd: 0, usdPerGigabyte: 0 }]),
      ...(egress.kind === 'endpoints' ? [] : [interfaceEndpoints('one service', 1, zoneCount)]),
      ...(egress.kind === 'nat' ? [] : [natGateways(1)]),
    ],
  };
}

function itemsOf(network: NetworkSettings, egress: EgressSettings, zoneCount: number): MonthlyCost[] {
  if (egress.kind === 'none') return [];
  if (egress.kind === 'nat') {
    if (network.kind === 'new') return [natGateways(egress.gateways ?? 1)];
    // Its owner pays for its hours already.
    return [{ what: 'the existing NAT gateway', fixedUsd: 0, usdPerGigabyte: USD.natPerGigabyte }];
  }
  const items: MonthlyCost[] = [];
  const gateways = (egress.gateways ?? []).map(({ service }) => service);
  if (gateways.length > 0) {
    items.push({ what: `gateway endpoints for ${gateways.join(', ')}`, fixedUsd: 0, usdPerGigabyte: 0 });
  }
  const interfaces = egress.interfaces ?? [];
  const created = interfaces.filter(({ existing }) => existing === undefined).map(({ service }) => service);
  if (created.length > 0) {
    items.push(interfaceEndpoints(created.join(', '), created.length, egress.zones === 'one' ? 1 : zoneCount));
  }
  if (created.length < interfaces.length) {
    const what = `${interfaces.length - created.length} existing interface endpoints`;
    items.push({ what, fixedUsd: 0, usdPerGigabyte: USD.interfaceEndpointPerGigabyte });
  }
  return items;
}

function natGateways(count: number): MonthlyCost {
  return {
    what: count === 1 ? 'a NAT gateway' : `${count} NAT gateways`,
    fixedUsd: round(count * (USD.natGatewayPerHour + USD.publicAddressPerHour) * HOURS_PER_MONTH),
    usdPerGigabyte: USD.natPerGigabyte,
  };
}

function interfaceEndpoints(services: string, count: number, zoneCount: number): MonthlyCost {
  return {
    what: `interface endpoints for ${services} in ${zoneCount === 1 ? 'one zone' : `${zoneCount} zones`}`,
    fixedUsd: round(count * zoneCount * USD.interfaceEndpointPerZoneAndHour * HOURS_PER_MONTH),
    usdPerGigabyte: USD.interfaceEndpointPerGigabyte,
  };
}

const round = (usd: number) => Math.round(usd * 100) / 100;
