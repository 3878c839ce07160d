/** Checks the VPC and the subnets of the functions. */
import type { Subnet } from '@aws-sdk/client-ec2';
import { type Check, type CheckGroup, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { chosenSubnets, kindByRoutes, proxyOf, vpcOf } from '../resolve.js';
import { networkAcls } from './network-acls.js';

const FUNCTION_TIMES_OUT = 'troubleshooting.md#the-function-times-out-and-logs-nothing';

const vpc: Check = {
  id: 'vpc',
  title: 'VPC',
  breaks: 'Synthesis finds no subnets, and stops.',
  page: 'environments.md#network',
  run(facts) {
    const { network } = facts.environment;
    const { vpcs } = facts;
    if (network.kind === 'new' && vpcs.length === 0) return 'the deployment makes one';
    const wanted = network.kind === 'existing' ? JSON.stringify(network.vpc) : 'of the deployment';
    const fix =
      'aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]", then correct network.vpc in amplify/environments.ts';
    if (vpcs.length === 0) return [{ problem: `There is no VPC ${wanted} in ${facts.environment.region}.`, fix }];
    if (vpcs.length > 1) {
      const ids = vpcs.map(({ VpcId }) => VpcId).join(', ');
      return [{ problem: `${vpcs.length} VPCs fit ${wanted}: ${ids}.`, fix }];
    }
    return `${vpcs[0]?.VpcId}, ${vpcs[0]?.CidrBlock}`;
  },
};

const vpcDns: Check = {
  id: 'vpc-dns',
  title: "VPC's DNS",
  breaks: 'The name of the proxy or of an endpoint has no address in the VPC: every connection fails with ENOTFOUND.',
  page: FUNCTION_TIMES_OUT,
  run(facts) {
    const id = vpcOf(facts)?.VpcId;
    if (id === undefined) return undefined;
    const { support, hostnames } = facts.vpcDns;
    const { egress } = facts.environment.network;
    const hasInterfaces = egress?.kind === 'endpoints' && (egress.interfaces ?? []).length > 0;
    const needsHostnames = hasInterfaces || facts.environment.sqlDataSource !== undefined;
    return findingsOr(
      [
        !support && {
          problem: `${id} resolves no names: enableDnsSupport is off.`,
          fix: `aws ec2 modify-vpc-attribute --vpc-id ${id} --enable-dns-support`,
        },
        !hostnames && {
          problem: `enableDnsHostnames is off in ${id}, and private DNS of interface endpoints needs it.`,
          fix: `aws ec2 modify-vpc-attribute --vpc-id ${id} --enable-dns-hostnames`,
          ...(!needsHostnames && { severity: 'warning' as const }),
        },
      ],
      'resolves names, gives hostnames',
    );
  },
};

const subnets: Check = {
  id: 'subnets',
  title: 'Subnets',
  breaks: 'The functions have nowhere to be, and the deployment fails.',
  page: 'environments.md#network',
  run(facts) {
    const { network } = facts.environment;
    const id = vpcOf(facts)?.VpcId;
    if (id === undefined) return undefined;
    const chosen = chosenSubnets(facts);
    if (network.kind === 'new') return chosen.length === 0 ? undefined : listSubnets(chosen);
    const fix = `aws ec2 describe-subnets --filters Name=vpc-id,Values=${id} --query "Subnets[].[SubnetId,AvailabilityZone,Tags]"`;
    if ('ids' in network.subnets) {
      const found = chosen.map(({ SubnetId }) => SubnetId);
      const missing = network.subnets.ids.filter((one) => !found.includes(one));
      const findings = missing.map((one) => ({ problem: `${one} does not exist in ${id}.`, fix }));
      return findingsOr(findings, listSubnets(chosen));
    }
    const none = chosen.length === 0 && { problem: `No subnet of ${id} is ${JSON.stringify(network.subnets)}.`, fix };
    return findingsOr([none], listSubnets(chosen));
  },
};

function listSubnets(found: readonly Subnet[]): string {
  return found.map(({ SubnetId }) => SubnetId).join(', ');
}

const subnetsPrivate: Check = {
  id: 'subnets-private',
  title: 'Subnets are private',
  breaks:
    'A function in a public subnet has no public address, so its packets to the internet are lost; a proxy would be beside what is public.',
  page: FUNCTION_TIMES_OUT,
  run(facts) {
    const chosen = chosenSubnets(facts);
    if (chosen.length === 0) return undefined;
    const findings = chosen
      .filter((subnet) => kindByRoutes(subnet, facts.routeTables) === 'public')
      .map(({ SubnetId }) => ({
        problem: `${SubnetId} has a route to an internet gateway.`,
        fix: `Choose private subnets in amplify/environments.ts, or correct its route table: aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=${SubnetId}`,
      }));
    return findingsOr(findings, 'no route to an internet gateway');
  },
};

const subnetZones: Check = {
  id: 'subnet-zones',
  title: 'Availability zones',
  breaks: 'When the one zone fails, so does everything; a proxy or a database cannot be created at all.',
  page: 'deploy.md#a-database-that-exists',
  run(facts) {
    const chosen = chosenSubnets(facts);
    if (chosen.length === 0) return undefined;
    const zones = [...new Set(chosen.map(({ AvailabilityZone = '' }) => AvailabilityZone))].toSorted();
    const acknowledged = facts.environment.acknowledgements?.some(({ guardrail }) => guardrail === 'one-zone') === true;
    const needsTwo =
      facts.environment.database.proxy.kind === 'new' || facts.environment.database.server?.kind === 'new';
    const finding = zones.length < 2 && {
      problem: `All subnets are in ${zones[0]}.`,
      fix: 'Choose subnets in a second zone, or have one made there',
      ...(acknowledged && !needsTwo && { severity: 'warning' as const }),
    };
    return findingsOr([finding], zones.join(', '));
  },
};

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations */
const ZONES_WITHOUT_PROXY = ['use1-az3', 'usw1-az2'];

const proxyZones: Check = {
  id: 'proxy-zones',
  title: 'Zones with RDS Proxy',
  breaks: 'RDS refuses to create a proxy whose subnets leave it fewer than two zones.',
  page: 'deploy.md#a-database-that-exists',
  run(facts) {
    if (facts.environment.database.proxy.kind !== 'new') return undefined;
    const chosen = chosenSubnets(facts);
    const ids = zoneIds(facts, chosen);
    if (ids.length === 0) return undefined;
    const usable = ids.filter((id) => !ZONES_WITHOUT_PROXY.includes(id));
    const finding = usable.length < 2 && {
      problem: `RDS Proxy is not in ${ids.filter((id) => !usable.includes(id)).join(', ') || 'a second zone'}; left is ${usable.join(', ') || 'none'}.`,
      fix: 'Choose subnets in other zones: aws ec2 describe-availability-zones --query "AvailabilityZones[].[ZoneName,ZoneId]"',
    };
    return findingsOr([finding], usable.join(', '));
  },
};

/** Of subnets; before there are any, of the zones that are named. */
function zoneIds({ environment, zones }: Facts, chosen: readonly Subnet[]): readonly string[] {
  const { network } = environment;
  const named = network.kind === 'new' && chosen.length === 0 ? (network.availabilityZones ?? []) : [];
  const ids = [
    ...chosen.map(({ AvailabilityZoneId }) => AvailabilityZoneId),
    ...named.map((name) => zones.find(({ ZoneName }) => ZoneName === name)?.ZoneId),
  ];
  return [...new Set(ids.flatMap((id) => id ?? []))].toSorted();
}

/** RDS asks for ten for a proxy of any but the largest databases; Lambda takes one for each group in a subnet. */
const ADDRESSES = { proxy: 10, functions: 3 } as const;

const freeAddresses: Check = {
  id: 'free-addresses',
  title: 'Free addresses',
  breaks: 'Lambda or RDS Proxy cannot place a network interface: functions stay Pending, or a proxy cannot grow.',
  page: 'deploy.md#a-database-that-exists',
  run(facts) {
    const chosen = chosenSubnets(facts);
    if (chosen.length === 0) return undefined;
    const makesProxy = facts.environment.database.proxy.kind === 'new' && proxyOf(facts) === undefined;
    const needed = ADDRESSES.functions + (makesProxy ? ADDRESSES.proxy : 0);
    const findings = chosen.flatMap(({ SubnetId, AvailableIpAddressCount: free = 0 }): Finding[] =>
      free >= needed
        ? []
        : [
            {
              problem: `${SubnetId} has ${free} free addresses, and ${needed} are needed.`,
              fix: `Choose a larger subnet, or free some: aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${SubnetId}`,
            },
          ],
    );
    const least = Math.min(...chosen.map(({ AvailableIpAddressCount: free = 0 }) => free));
    return findingsOr(findings, `${least} or more in each subnet`);
  },
};

export const networkChecks: CheckGroup = {
  title: 'VPC and subnets',
  checks: [vpc, vpcDns, subnets, subnetsPrivate, subnetZones, proxyZones, freeAddresses, networkAcls],
};
