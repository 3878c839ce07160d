/** Every combination of network, egress and way to the database that makes sense, as environments. */
import type { DatabaseSettings } from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { EgressSettings, NetworkSettings } from '@vpc-postgres/backend/configuration/network-settings.js';
import type { CachedContext } from '@vpc-postgres/backend/network/cached-context.js';
import {
  exampleEnvironment,
  exampleNetwork,
  existingCluster,
  existingInstance,
  proxyWithIam,
  proxyWithSecret,
} from './environments.js';

export interface Combination {
  /** `existing VPC, egress none, new proxy to an instance with a secret` */
  readonly title: string;
  readonly network: NetworkSettings['kind'];
  readonly egress: EgressSettings['kind'];
  readonly path: string;
  readonly environment: Environment;
}

const { name, user } = exampleEnvironment.database;
const created = { kind: 'new' } as const;

export const DATABASES: Readonly<Record<string, DatabaseSettings>> = {
  'existing proxy': exampleEnvironment.database,
  'new proxy to an instance with a secret': { name, user, server: existingInstance, proxy: proxyWithSecret },
  'new proxy to an instance with IAM': { name, user, server: existingInstance, proxy: proxyWithIam },
  'new proxy to a cluster with a secret': { name, user, server: existingCluster, proxy: proxyWithSecret },
  'new proxy to a cluster with IAM': { name, user, server: existingCluster, proxy: proxyWithIam },
  'created database with a secret': { name, user, server: created, proxy: { kind: 'new', auth: { kind: 'secret' } } },
  'created database with IAM': { name, user, server: created, proxy: proxyWithIam },
  'existing instance without a proxy': { name, user, server: existingInstance, proxy: { kind: 'none' } },
  'existing cluster without a proxy': { name, user, server: existingCluster, proxy: { kind: 'none' } },
  'created database without a proxy': { name, user, server: created, proxy: { kind: 'none' } },
};

export const EGRESS: Readonly<Record<EgressSettings['kind'], EgressSettings>> = {
  none: { kind: 'none' },
  endpoints: {
    kind: 'endpoints',
    gateways: [{ service: 's3' }, { service: 'dynamodb' }],
    interfaces: [{ service: 'ssm' }, { service: 'sqs', existing: { id: 'sg-0aaaaaaaaaaaaaaaa', rules: 'add' } }],
  },
  nat: { kind: 'nat' },
  ipv6: { kind: 'ipv6' },
};

export const PREFIX_LISTS = { s3: 'pl-6da54004', dynamodb: 'pl-6fa54006' } as const;

/** The subnets of the example's VPC that have an IPv6 range, as its owner would give them one. */
export const IPV6_SUBNETS = {
  'subnet-0c30000000000000a': '2001:db8:0:1::/64',
  'subnet-0c30000000000000b': '2001:db8:0:2::/64',
} as const;

/** The answers to the lookups of prefix lists and IPv6 ranges, as cdk.context.json holds them. */
export const egressContext: CachedContext = {
  ...Object.fromEntries(
    Object.entries(PREFIX_LISTS).map(([service, PrefixListId]) => [
      'cc-api-provider:account=111122223333:expectedMatchCount=exactly-one' +
        ':propertiesToReturn.0=PrefixListId' +
        `:propertyMatch.PrefixListName=com.amazonaws.eu-west-1.${service}:region=eu-west-1:typeName=AWS$:$:EC2$:$:PrefixList`,
      [{ PrefixListId }],
    ]),
  ),
  ...Object.assign({}, ...Object.entries(IPV6_SUBNETS).map(([id, range]) => ipv6RangesOf(id, [range]))),
};

/** The answer to the lookup of a subnet's IPv6 ranges. */
export function ipv6RangesOf(subnetId: string, ranges: readonly string[]): CachedContext {
  const key =
    `cc-api-provider:account=111122223333:exactIdentifier=${subnetId}:propertiesToReturn.0=Ipv6CidrBlocks` +
    ':region=eu-west-1:typeName=AWS$:$:EC2$:$:Subnet';
  return { [key]: [{ Ipv6CidrBlocks: ranges }] };
}

const ofEachEgress: readonly Combination[] = Object.values(EGRESS).flatMap((egress) => [
  ...Object.keys(DATABASES).map((path) => combine(existingNetwork(egress), egress, path)),
  // An empty VPC holds nothing but what is created in it.
  ...Object.keys(DATABASES)
    .filter((path) => DATABASES[path]?.server?.kind === 'new')
    .map((path) => combine(createdNetwork(egress), egress, path)),
]);

/** Its path is the one without a secret to make. */
function regionalNat(): Combination {
  const egress = { kind: 'nat', gateways: 'regional' } as const;
  return {
    ...combine(createdNetwork(egress), egress, 'created database with IAM'),
    title: 'created VPC, egress nat by a regional gateway, created database with IAM',
  };
}

export const combinations: readonly Combination[] = [...ofEachEgress, regionalNat()];

/** Each kind of VPC, egress, proxy and database at least once. */
export const fewCombinations: readonly Combination[] = [
  'existing VPC, egress none, existing proxy',
  'existing VPC, egress endpoints, new proxy to a cluster with IAM',
  'existing VPC, egress nat, existing instance without a proxy',
  'created VPC, egress endpoints, created database with a secret',
  'created VPC, egress nat, created database without a proxy',
  'created VPC, egress ipv6, created database with IAM',
].map((title) => {
  const found = combinations.find((one) => one.title === title);
  if (found === undefined) throw new Error(`There is no combination ${title}.`);
  return found;
});

function existingNetwork(egress: EgressSettings): NetworkSettings {
  return { ...exampleNetwork, subnets: { type: egress.kind === 'nat' ? 'withEgress' : 'isolated' }, egress };
}

/** Endpoints that exist cannot be in it. */
function createdNetwork(egress: EgressSettings): NetworkSettings {
  if (egress.kind !== 'endpoints') return { kind: 'new', egress };
  return { kind: 'new', egress: { ...egress, interfaces: [{ service: 'ssm' }] } };
}

function combine(network: NetworkSettings, egress: EgressSettings, path: string): Combination {
  const database = DATABASES[path];
  if (database === undefined) throw new Error(`There is no path ${path}.`);
  return {
    title: `${network.kind === 'new' ? 'created' : network.kind} VPC, egress ${egress.kind}, ${path}`,
    network: network.kind,
    egress: egress.kind,
    path,
    environment: { ...exampleEnvironment, network, database },
  };
}

/** With everything that only branches have. */
export function asBranch(environment: Environment): Environment {
  return { ...environment, monitoring: { alarmEmails: ['on-call@example.com'] } };
}

/** A sandbox can own a database only where the environment acknowledges that its data goes with it. */
export function asSandbox(environment: Environment): Environment {
  if (environment.database.server?.kind !== 'new') return environment;
  const reason = 'A sandbox for the tests: nothing in its database matters.';
  return { ...environment, acknowledgements: [{ guardrail: 'data-loss', reason }] };
}
