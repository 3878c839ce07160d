/** Lists what an environment pays for: what its templates create, what goes through what exists, and a stated traffic. */
import type { Properties } from '../testing/templates.js';
import {
  type Costed,
  type CostedEnvironment,
  type CostItem,
  type CostPart,
  cents,
  count,
  monthly,
  PROXY_MINIMUM,
  proxyPrice,
} from './costed.js';
import type { RegionPrices } from './prices.js';

type Architecture = keyof RegionPrices['functionPerGibSecond'];

/** The requests are all to the function with the most memory. */
const REQUEST = { milliseconds: 100, logKilobytes: 1 } as const;

type Item = Omit<CostItem, 'part'>;

export function costItems(costed: Costed): CostItem[] {
  const of = (part: CostPart, items: readonly Item[]) => items.map((item) => ({ part, ...item }));
  return [
    ...of('RDS Proxy', proxyItems(costed)),
    ...of('database', database(costed)),
    ...of('egress', network(costed)),
    ...of('secrets', secrets(costed)),
    ...of('functions and logs', requests(costed)),
  ];
}

export function proxyItems(costed: Costed): Item[] {
  const { ofType, prices, environment } = costed;
  if (ofType('AWS::RDS::DBProxy').length === 0) return [];
  const { vcpus, usd } = proxyPrice(costed);
  const perVcpu = monthly(prices.proxyPerVcpuHour.usd);
  const perMinimumAcus = monthly(prices.proxyPerAcuHour.usd * PROXY_MINIMUM.acus);
  const more = {
    new: '',
    instance: `, the least; ${perVcpu.toFixed(2)} for each further vCPU of the database`,
    cluster: `, the least; on Aurora Serverless v2 ${perMinimumAcus.toFixed(2)}, for ${PROXY_MINIMUM.acus} ACUs, the least`,
  };
  return [{ what: `RDS Proxy for ${vcpus} vCPUs${more[environment.database.server?.kind ?? 'new']}`, usd }];
}

function database({ ofType, prices }: Costed): Item[] {
  return ofType('AWS::RDS::DBInstance').flatMap(({ DBInstanceClass, MultiAZ, AllocatedStorage }) => {
    const zones = MultiAZ === true ? 'twoZones' : 'oneZone';
    const hour = prices.instancePerHour[String(DBInstanceClass).replace('db.', '')]?.[zones];
    const gibMonth = prices.storagePerGibMonth[zones];
    const gib = Number(AllocatedStorage);
    const [instance, storage] = zones === 'twoZones' ? [' with a standby', ' in each of two zones'] : ['', ''];
    return [
      { what: `database ${DBInstanceClass}${instance}`, ...(hour && { usd: monthly(hour.usd) }) },
      { what: `its storage, ${gib} GiB${storage}`, ...(gibMonth && { usd: cents(gib * gibMonth.usd) }) },
      { what: `its backups up to ${gib} GiB, and ${prices.backupPerGibMonth.usd} for each GiB beyond`, usd: 0 },
    ];
  });
}

function network({ ofType, prices, environment, zoneCount }: Costed): Item[] {
  const natGatewayResources = ofType('AWS::EC2::NatGateway');
  const hasRegional = natGatewayResources.some(({ AvailabilityMode }) => AvailabilityMode === 'regional');
  const gateways = hasRegional ? 0 : natGatewayResources.length;
  // AWS gives a regional one its addresses, which no template has.
  const addresses = ofType('AWS::EC2::EIP').length + (hasRegional ? zoneCount : 0);
  const endpoints = ofType('AWS::EC2::VPCEndpoint').filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
  const natGateways = {
    what: count(gateways, 'NAT gateway'),
    usd: monthly(gateways * prices.natGatewayPerHour.usd),
    usdPerGigabyte: prices.natGatewayPerGigabyte.usd,
  };
  const publicAddresses = {
    what: count(addresses, 'public IPv4 address'),
    usd: monthly(addresses * prices.publicAddressPerHour.usd),
  };
  const perGigabyte = prices.regionalNatGatewayPerGigabyte?.usd;
  const regional = {
    what: `a regional NAT gateway in ${count(zoneCount, 'zone')}${perGigabyte === undefined ? '; each GB through it is not counted: its price is not known' : ''}`,
    usd: monthly(zoneCount * prices.regionalNatGatewayPerZoneHour.usd),
    ...(perGigabyte !== undefined && { usdPerGigabyte: perGigabyte }),
  };
  return [
    ...(hasRegional ? [regional] : []),
    ...(gateways === 0 ? [] : [natGateways]),
    ...(addresses === 0 ? [] : [publicAddresses]),
    ...endpoints.map(({ ServiceName, SubnetIds }) => ({
      what: `interface endpoint of ${serviceOf(ServiceName)} in ${count(SubnetIds.length, 'zone')}`,
      usd: monthly(SubnetIds.length * prices.interfaceEndpointPerZoneHour.usd),
      usdPerGigabyte: prices.interfaceEndpointPerGigabyte.usd,
    })),
    ...existingEgress(environment, prices),
  ];
}

/** Its owner pays for its hours. The gigabytes are those of this environment. */
function existingEgress({ network: { kind, egress } }: CostedEnvironment, prices: RegionPrices): Item[] {
  if (egress?.kind === 'nat' && kind === 'existing') {
    return [{ what: 'the existing NAT gateway', usd: 0, usdPerGigabyte: prices.natGatewayPerGigabyte.usd }];
  }
  const endpoints = egress?.kind === 'endpoints' ? (egress.interfaces ?? []) : [];
  return endpoints
    .filter(({ existing }) => existing !== undefined)
    .map(({ service }) => ({
      what: `the existing interface endpoint of ${service}`,
      usd: 0,
      usdPerGigabyte: prices.interfaceEndpointPerGigabyte.usd,
    }));
}

/** The name without `com.amazonaws` and the region, which can be a reference. */
function serviceOf(serviceName: unknown): string {
  const [, service] = /([a-z0-9-]+)[^a-z0-9-]*$/.exec(JSON.stringify(serviceName)) ?? [];
  return service ?? 'a service';
}

/** Those of the templates, and that which RDS makes for the master user of an instance. */
function secrets({ ofType, prices }: Costed): Item[] {
  const ofMasterUsers = ofType('AWS::RDS::DBInstance').filter((instance) => instance.ManageMasterUserPassword === true);
  const secretCount = ofType('AWS::SecretsManager::Secret').length + ofMasterUsers.length;
  if (secretCount === 0) return [];
  return [{ what: count(secretCount, 'secret'), usd: cents(secretCount * prices.secretPerMonth.usd) }];
}

function requests(costed: Costed): Item[] {
  const { prices, requestsPerMonth } = costed;
  const largest = largestFunction(costed);
  if (largest === undefined) return [];
  const logGigabytes = (requestsPerMonth * REQUEST.logKilobytes) / 1_000_000;
  const architecture = architectureOf(largest);
  const computing = computingPerMonth(largest, costed, architecture);
  const logs = logGigabytes * (prices.logPerGigabyte.usd + prices.logStoragePerGibMonth.usd);
  return [
    {
      what: `${requestsPerMonth.toLocaleString('en')} requests of ${REQUEST.milliseconds} ms to a function of ${largest.MemorySize} MB on ${architecture}`,
      usd: cents(requestsPerMonth * prices.functionPerRequest.usd + computing),
    },
    { what: `their logs, ${logGigabytes.toLocaleString('en')} GB, kept for a month`, usd: cents(logs) },
  ];
}

export function largestFunction({ ofType }: Costed): Properties | undefined {
  const [largest] = ofType('AWS::Lambda::Function').filter(isAppFunction).sort(byMemory);
  return largest;
}

export const architectureOf = ({ Architectures }: Properties): Architecture =>
  Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64';

/** The GiB-seconds of the stated traffic, in USD. */
export function computingPerMonth(
  { MemorySize }: Properties,
  { prices, requestsPerMonth }: Costed,
  architecture: Architecture,
): number {
  const gibSeconds = (requestsPerMonth * REQUEST.milliseconds * MemorySize) / 1000 / 1024;
  return gibSeconds * prices.functionPerGibSecond[architecture].usd;
}

/** Amplify gives this variable to each function that the app defines. */
const isAppFunction = ({ Environment }: Properties) => 'AMPLIFY_SSM_ENV_CONFIG' in (Environment?.Variables ?? {});

const byMemory = (one: Properties, other: Properties) => other.MemorySize - one.MemorySize;
