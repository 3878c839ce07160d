/** Compares an environment with its other choices: what each of them would save, or cost more. */
import { architectureOf, computingPerMonth, largestFunction, proxyItems } from './cost-items.js';
import {
  type CostAlternative,
  type Costed,
  cents,
  count,
  monthly,
  natGatewayPerMonth,
  proxyPrice,
  regionalNatGatewayPerMonth,
} from './costed.js';

/** Those of one environment together need not make sense: each is a change of the environment as it is. */
export function alternativesTo(costed: Costed): CostAlternative[] {
  return [
    ...toProxy(costed),
    ...toDatabase(costed),
    ...toEgress(costed),
    ...toSqlDataSource(costed),
    ...toArchitecture(costed),
  ];
}

/** None to an existing proxy: what it costs is not known. */
function toProxy(costed: Costed): CostAlternative[] {
  const { usd } = proxyPrice(costed);
  const { kind } = costed.environment.database.proxy;
  if (kind === 'none') return [{ what: "an RDS Proxy: database.proxy { kind: 'new' }", changeUsd: usd }];
  return proxyItems(costed).map(() => ({
    what: "no proxy, and limits.reservedConcurrency: database.proxy { kind: 'none' }",
    changeUsd: -usd,
  }));
}

/** None where prices.ts lacks a price of one of the two. */
function toDatabase({ ofType, prices }: Costed): CostAlternative[] {
  return ofType('AWS::RDS::DBInstance').flatMap(({ DBInstanceClass, MultiAZ, AllocatedStorage }) => {
    const hour = prices.instancePerHour[String(DBInstanceClass).replace('db.', '')];
    const gibMonth = prices.storagePerGibMonth;
    if (hour?.twoZones === undefined || gibMonth.twoZones === undefined) return [];
    const storage = cents(AllocatedStorage * gibMonth.twoZones.usd) - cents(AllocatedStorage * gibMonth.oneZone.usd);
    const standbyUsd = cents(monthly(hour.twoZones.usd) - monthly(hour.oneZone.usd) + storage);
    return MultiAZ === true
      ? [{ what: 'the database in one zone: database.server.multiAz false', changeUsd: -standbyUsd }]
      : [{ what: 'a standby of the database in a second zone: database.server.multiAz true', changeUsd: standbyUsd }];
  });
}

function toEgress({ environment: { network }, prices, zoneCount }: Costed): CostAlternative[] {
  const { egress = { kind: 'none' } } = network;
  const natGateway = natGatewayPerMonth(prices);
  const endpointInOneZone = monthly(prices.interfaceEndpointPerZoneHour.usd);
  const endpoint = {
    what: `an interface endpoint in ${count(zoneCount, 'zone')}, for each service: network.egress { kind: 'endpoints' }`,
    usd: zoneCount * endpointInOneZone,
  };
  const nat = {
    what: `a NAT gateway${network.kind === 'existing' ? ', where the VPC has none' : ''}: network.egress { kind: 'nat' }`,
    usd: natGateway,
  };
  const ipv6 = { what: "egress over IPv6, to what answers there: network.egress { kind: 'ipv6' }", usd: 0 };
  const none = { what: "no egress: network.egress { kind: 'none' }", usd: 0 };
  const instead = (nowUsd: number, choices: readonly { what: string; usd: number }[]) =>
    choices.map(({ what, usd }) => ({ what, changeUsd: cents(usd - nowUsd) }));

  if (egress.kind === 'none') return instead(0, [ipv6, endpoint, nat]);
  if (egress.kind === 'ipv6') return instead(0, [endpoint, nat]);
  if (egress.kind === 'nat') {
    const { gateways = 1 } = egress;
    const isOwn = network.kind === 'new';
    const created = gateways === 'regional' ? regionalNatGatewayPerMonth(prices, zoneCount) : gateways * natGateway;
    const one = { what: 'one NAT gateway for both zones: network.egress.gateways 1', usd: natGateway };
    return instead(isOwn ? created : 0, [
      ...(isOwn && gateways !== 1 ? [one] : []),
      endpoint,
      ...(isOwn ? [ipv6, none] : []),
    ]);
  }
  const endpoints = (egress.interfaces ?? []).filter(({ existing }) => existing === undefined).length;
  const zones = egress.zones === 'one' ? 1 : zoneCount;
  const inOneZone = {
    what: `${count(endpoints, 'interface endpoint')} in one zone: network.egress.zones 'one'`,
    usd: endpoints * endpointInOneZone,
  };
  const choices = [...(endpoints > 0 && zones > 1 ? [inOneZone] : []), nat, ...(endpoints > 0 ? [ipv6, none] : [])];
  return instead(endpoints * zones * endpointInOneZone, choices);
}

/** Amplify makes one for each deployment, in each zone, whatever endpoints the VPC has. */
function toSqlDataSource({ environment, prices, zoneCount }: Costed): CostAlternative[] {
  if (environment.sqlDataSource === undefined) return [];
  const usd = zoneCount * monthly(prices.interfaceEndpointPerZoneHour.usd);
  return [{ what: 'no sqlDataSource, which needs an interface endpoint', changeUsd: cents(-usd) }];
}

/** By the stated traffic: the function with the most memory stands for all. */
function toArchitecture(costed: Costed): CostAlternative[] {
  const largest = largestFunction(costed);
  if (largest === undefined || architectureOf(largest) === 'arm64') return [];
  const [now, arm64] = (['x86_64', 'arm64'] as const).map((one) => computingPerMonth(largest, costed, one));
  return [
    {
      what: "the functions on arm64: architecture 'arm64' in their resource.ts",
      changeUsd: cents((arm64 ?? 0) - (now ?? 0)),
    },
  ];
}
