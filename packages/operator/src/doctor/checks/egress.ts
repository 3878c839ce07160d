/** Checks how the functions reach what is not the database: endpoints, NAT, and what Amplify's secrets need. */
import type { RouteTable } from '@aws-sdk/client-ec2';
import { permitsPrefixList } from '../addresses.js';
import { type Check, type CheckGroup, type Finding, findingsOr } from '../check.js';
import {
  chosenSubnets,
  functionGroupIds,
  groupsById,
  isDeployed,
  leadsOut,
  nameOf,
  routeTableOf,
  variablesOf,
  vpcFunctions,
} from '../resolve.js';
import { endpointFor, HTTPS_PORT, type NeededEndpoint, neededEndpoints } from './endpoints-in-use.js';

const PAGE = 'environments.md#egress';
const TIMES_OUT = 'troubleshooting.md#the-function-times-out-and-logs-nothing';

const interfaceEndpoints: Check = {
  id: 'interface-endpoints',
  title: 'Interface endpoints',
  breaks: 'A call to the AWS service waits until the function times out.',
  page: PAGE,
  run(facts) {
    const needed = neededEndpoints(facts).filter(({ type }) => type === 'Interface');
    // What the first deployment makes is not there yet.
    const expected = needed.filter(({ isMade }) => !isMade || isDeployed(facts));
    if (expected.length === 0) return undefined;
    const findings = expected.flatMap((one): Finding[] => {
      const endpoint = endpointFor(one, facts);
      if (endpoint === undefined) return [missingEndpoint(one)];
      if (endpoint.State?.toLowerCase() === 'available') return [];
      return [
        {
          problem: `${endpoint.VpcEndpointId} (${one.service}) is ${endpoint.State}.`,
          fix: `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${endpoint.VpcEndpointId} --query "VpcEndpoints[].[State,LastError]"`,
        },
      ];
    });
    return findingsOr(findings, expected.map(({ service }) => service).join(', '));
  },
};

function missingEndpoint({ service, isMade }: NeededEndpoint): Finding {
  return {
    problem: `The VPC has no endpoint of ${service}.`,
    fix: isMade
      ? 'It was deleted by hand: deploy again, or take it out of network.egress'
      : `Have the deployment make it: remove existing from ${service} in network.egress`,
  };
}

const privateDns: Check = {
  id: 'private-dns',
  title: 'Private DNS of endpoints',
  breaks: "The service's usual name leads to the internet, which the functions do not reach.",
  page: PAGE,
  run(facts) {
    const found = neededEndpoints(facts)
      .filter(({ type }) => type === 'Interface')
      .flatMap((one) => endpointFor(one, facts) ?? []);
    if (found.length === 0) return undefined;
    const findings = found
      .filter(({ PrivateDnsEnabled }) => PrivateDnsEnabled !== true)
      .map(({ VpcEndpointId, ServiceName }) => ({
        problem: `${VpcEndpointId} (${ServiceName}) has no private DNS.`,
        fix: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${VpcEndpointId} --private-dns-enabled`,
      }));
    return findingsOr(findings, 'on');
  },
};

const gatewayEndpoints: Check = {
  id: 'gateway-endpoints',
  title: 'Gateway endpoints',
  breaks: 'A call to S3 or DynamoDB waits until the function times out.',
  page: PAGE,
  run(facts) {
    const expected = neededEndpoints(facts).filter(
      ({ type, isMade }) => type === 'Gateway' && (!isMade || isDeployed(facts)),
    );
    if (expected.length === 0) return undefined;
    const tables = new Set(
      chosenSubnets(facts).flatMap((subnet) => routeTableOf(subnet, facts.routeTables)?.RouteTableId ?? []),
    );
    const groups = groupsById(functionGroupIds(facts), facts);
    const findings = expected.flatMap((one): (Finding | false)[] => {
      const endpoint = endpointFor(one, facts);
      if (endpoint === undefined) return [missingEndpoint(one)];
      const without = [...tables].filter((table) => !endpoint.RouteTableIds?.includes(table));
      return [
        without.length > 0 && {
          problem: `${endpoint.VpcEndpointId} (${one.service}) is not in ${without.join(', ')} of the functions' subnets.`,
          fix: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.VpcEndpointId} --add-route-table-ids ${without.join(' ')}`,
        },
        groups.length > 0 &&
          !groups.some(({ IpPermissionsEgress = [] }) => permitsPrefixList(IpPermissionsEgress, HTTPS_PORT)) && {
            problem: `${groups.map(({ GroupId }) => GroupId).join(', ')} permits no HTTPS out to the prefix list of ${one.service}.`,
            fix: `aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=${endpoint.ServiceName}, then permit it on TCP 443`,
          },
      ];
    });
    return findingsOr(findings, expected.map(({ service }) => service).join(', '));
  },
};

const nat: Check = {
  id: 'nat',
  title: 'NAT',
  breaks: 'Calls to the internet wait until the function times out.',
  page: PAGE,
  run(facts) {
    if (facts.environment.network.egress?.kind !== 'nat') return undefined;
    const chosen = chosenSubnets(facts);
    if (chosen.length === 0) return undefined;
    const findings = chosen.flatMap((subnet): Finding[] => {
      const table = routeTableOf(subnet, facts.routeTables);
      const route = table?.Routes?.find(leadsOut);
      const id = table?.RouteTableId;
      if (route === undefined) {
        return [
          {
            problem: `${subnet.SubnetId} has no route to 0.0.0.0/0 in ${id}.`,
            fix: `aws ec2 create-route --route-table-id ${id} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-…`,
          },
        ];
      }
      const problem = brokenRoute(route, facts.natGateways);
      if (problem === undefined) return [];
      return [
        {
          problem: `${subnet.SubnetId} leads to ${problem}.`,
          fix: `aws ec2 replace-route --route-table-id ${id} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-…`,
        },
      ];
    });
    const groups = groupsById(functionGroupIds(facts), facts);
    const isClosed =
      groups.length > 0 &&
      !groups.some(({ IpPermissionsEgress = [] }) => permitsPrefixList(IpPermissionsEgress, HTTPS_PORT));
    const closed = isClosed && {
      problem: `${groups[0]?.GroupId} permits no HTTPS out to 0.0.0.0/0.`,
      fix: `aws ec2 authorize-security-group-egress --group-id ${groups[0]?.GroupId} --ip-permissions IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]`,
    };
    return findingsOr([...findings, closed], 'each subnet leads to one');
  },
};

function brokenRoute(
  { State, NatGatewayId }: NonNullable<RouteTable['Routes']>[number],
  gateways: readonly { NatGatewayId?: string | undefined; State?: string | undefined }[],
): string | undefined {
  if (State === 'blackhole') return `${NatGatewayId ?? 'something'} that is gone (blackhole)`;
  if (NatGatewayId === undefined) return undefined;
  const state = gateways.find((gateway) => gateway.NatGatewayId === NatGatewayId)?.State;
  return state === 'available' ? undefined : `${NatGatewayId}, which is ${state ?? 'not there'}`;
}

/** A deployment looks up the ranges of the subnets alone: src/network/ipv6.ts of the backend says why. */
const ipv6Route: Check = {
  id: 'ipv6-route',
  title: 'IPv6 route',
  breaks: 'Calls to the internet wait until the function times out.',
  page: PAGE,
  run(facts) {
    if (facts.environment.network.egress?.kind !== 'ipv6') return undefined;
    const chosen = chosenSubnets(facts);
    if (chosen.length === 0) return undefined;
    const findings = chosen.flatMap((subnet): Finding[] => {
      const table = routeTableOf(subnet, facts.routeTables);
      const route = table?.Routes?.find(({ DestinationIpv6CidrBlock }) => DestinationIpv6CidrBlock === '::/0');
      if (route !== undefined && route.State !== 'blackhole') return [];
      const [action, problem] =
        route === undefined
          ? ['create', `has no route to ::/0 in ${table?.RouteTableId}`]
          : ['replace', `has a route to ::/0 that leads nowhere: ${route.EgressOnlyInternetGatewayId} is gone`];
      return [
        {
          problem: `${subnet.SubnetId} ${problem}.`,
          fix: `aws ec2 ${action}-route --route-table-id ${table?.RouteTableId} --destination-ipv6-cidr-block ::/0 --egress-only-internet-gateway-id eigw-…`,
        },
      ];
    });
    return findingsOr(findings, 'each subnet has one to ::/0');
  },
};

/** What Amplify puts the paths of secrets into, for the code that it adds to a function. */
const AMPLIFY_SECRETS = 'AMPLIFY_SSM_ENV_CONFIG';

const secretsOfFunctions: Check = {
  id: 'secrets-of-functions',
  title: 'Secrets of functions',
  breaks:
    'Amplify asks SSM for secret() before the handler loads: without a way to it the function times out at its start.',
  page: TIMES_OUT,
  run(facts) {
    const users = vpcFunctions(facts).filter((fn) => {
      const config = variablesOf(fn)[AMPLIFY_SECRETS];
      return config !== undefined && config !== '' && config !== '{}';
    });
    if (users.length === 0) return undefined;
    const hasWay =
      facts.environment.network.egress?.kind === 'nat' ||
      endpointFor({ service: 'ssm', type: 'Interface' }, facts)?.PrivateDnsEnabled === true;
    const findings = users.map((fn) => ({
      problem: `${nameOf(fn)} uses secret(), and the VPC has no way to SSM.`,
      fix: "Take secret() out of the function, or add egress: { kind: 'endpoints', interfaces: [{ service: 'ssm' }] }",
    }));
    return hasWay ? 'SSM is within reach' : findings;
  },
};

export const egressChecks: CheckGroup = {
  title: 'Other services',
  checks: [interfaceEndpoints, privateDns, gatewayEndpoints, nat, ipv6Route, secretsOfFunctions],
};
