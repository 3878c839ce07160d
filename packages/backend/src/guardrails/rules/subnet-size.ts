/**
 * RDS Proxy does not scale, and functions do not start, in a subnet without free addresses. What is free only AWS knows;
 * this says when a subnet could not hold it all even if it were empty.
 */
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { oneOfEachZone } from '../../network/endpoints.js';
import type { Finding, GuardedBackend, Guardrail } from '../guardrail.js';

/** The first four addresses of a subnet and the last. */
const TAKEN_BY_AWS = 5;

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-network-prereqs.html */
const ADDRESSES = {
  /** For a database of xlarge or smaller. A larger one needs up to 110. */
  proxy: 10,
  /** One that runs, and one that replaces it or stands by. */
  createdServer: 2,
  /** One network interface serves all functions with the same security group. */
  functions: 1,
  interfaceEndpoint: 1,
  /** Its function's, which has a security group of its own where there is a proxy. */
  bootstrap: 1,
  /** Its function's, which has a security group of its own. */
  sqlDataSource: 1,
} as const;

export const subnetSize: Guardrail = {
  name: 'subnet-size',
  fix: 'choose larger subnets: a /27 holds everything that this template makes',
  find(backend) {
    if (backend.network.lookupPending) return [];
    const { functionSubnets, databaseSubnets } = backend.network;
    const subnets = new Map([...functionSubnets, ...databaseSubnets].map((subnet) => [subnet.subnetId, subnet]));
    return [...subnets.values()].flatMap((subnet) => assess(subnet, backend));
  },
};

function assess(subnet: ISubnet, backend: GuardedBackend): Finding[] {
  const prefix = Number(/\/(\d+)$/.exec(rangeOf(subnet) ?? '')?.[1]);
  if (Number.isNaN(prefix)) return [];
  const size = 2 ** (32 - prefix) - TAKEN_BY_AWS;
  const needs = needsOf(subnet, backend);
  const needed = Object.values(needs).reduce((sum, count) => sum + count, 0);
  if (needed <= size) return [];
  const list = Object.entries(needs).map(([what, count]) => `${what} ${count}`);
  return [
    {
      construct: backend.root,
      problem: `${subnet.subnetId} is a /${prefix} with ${size} addresses, and ${needed} are needed: ${list.join(', ')}.`,
    },
  ];
}

function needsOf(subnet: ISubnet, { environment, network, bootstrapFunction }: GuardedBackend): Record<string, number> {
  const { proxy, server } = environment.database;
  const needs: Record<string, number> = {};
  const within = (subnets: readonly ISubnet[]) => subnets.some(({ subnetId }) => subnetId === subnet.subnetId);
  if (within(network.functionSubnets)) {
    needs.functions = ADDRESSES.functions;
    const endpoints = countEndpoints(environment);
    if (endpoints > 0 && within(oneOfEachZone(network.functionSubnets))) {
      needs['interface endpoints'] = endpoints * ADDRESSES.interfaceEndpoint;
    }
    if (bootstrapFunction !== undefined && proxy.kind !== 'none') needs.bootstrap = ADDRESSES.bootstrap;
    if (environment.sqlDataSource) needs['SQL data source'] = ADDRESSES.sqlDataSource;
  }
  if (within(network.databaseSubnets)) {
    if (proxy.kind === 'new') needs['RDS Proxy'] = ADDRESSES.proxy;
    if (server?.kind === 'new') needs.database = ADDRESSES.createdServer;
  }
  return needs;
}

function countEndpoints({ network: { egress }, sqlDataSource }: GuardedBackend['environment']): number {
  const ofSqlDataSource = sqlDataSource === undefined ? 0 : 1;
  if (egress?.kind !== 'endpoints') return ofSqlDataSource;
  return ofSqlDataSource + (egress.interfaces ?? []).filter(({ existing }) => existing === undefined).length;
}

/** A lookup does not always say. */
function rangeOf(subnet: ISubnet): string | undefined {
  try {
    return subnet.ipv4CidrBlock;
  } catch {
    return undefined;
  }
}
