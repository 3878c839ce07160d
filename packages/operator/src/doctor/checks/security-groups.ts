/** Checks the security groups along the way, at both ends of each connection. */
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { permits } from '../addresses.js';
import { type Check, type CheckGroup, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import {
  chosenSubnets,
  databaseGroupIds,
  databaseOf,
  databasePort,
  databaseSubnetIds,
  functionGroupIds,
  groupsById,
  hasProxy,
  proxyOf,
  subnetsById,
} from '../resolve.js';
import { endpointsInUse, HTTPS_PORT } from './endpoints-in-use.js';

const PAGE = 'environments.md#network';
const TIMES_OUT = 'The connection is dropped without an answer, and the function times out.';

const groups: Check = {
  id: 'groups',
  title: 'Named security groups',
  breaks: 'A group that is not in the VPC cannot be used: the deployment fails.',
  page: PAGE,
  run(facts) {
    const { network, database, sqlDataSource } = facts.environment;
    if (facts.vpcs.length !== 1) return undefined;
    const named = {
      'network.functionSecurityGroup': network.kind === 'existing' ? network.functionSecurityGroup?.id : undefined,
      'database.proxy.securityGroup': database.proxy.kind === 'none' ? undefined : database.proxy.securityGroup?.id,
      'database.server.securityGroup': database.server?.kind === 'new' ? undefined : database.server?.securityGroup.id,
      'sqlDataSource.securityGroup': sqlDataSource?.securityGroup?.id,
    };
    const present = Object.entries(named).flatMap(([field, id]) => (id === undefined ? [] : [{ field, id }]));
    if (present.length === 0) return undefined;
    const missing = present.filter(({ id }) => groupsById([id], facts).length === 0);
    const findings = [...missing.map(({ field, id }) => missingGroup(field, id)), ...proxyGroupUse(facts)];
    return findingsOr(findings, [...new Set(present.map(({ id }) => id))].join(', '));
  },
};

function missingGroup(field: string, id: string): Finding {
  return {
    problem: `${field} names ${id}, which is not in the VPC.`,
    fix: 'aws ec2 describe-security-groups --query "SecurityGroups[].[GroupId,GroupName,VpcId]", then correct amplify/environments.ts',
  };
}

/** A rule in a group that the proxy does not have opens nothing. */
function proxyGroupUse(facts: Facts): Finding[] {
  const { proxy } = facts.environment.database;
  const used = proxyOf(facts)?.VpcSecurityGroupIds;
  if (proxy.kind !== 'existing' || used === undefined || used.includes(proxy.securityGroup.id)) return [];
  return [
    {
      problem: `database.proxy.securityGroup names ${proxy.securityGroup.id}, and the proxy has ${used.join(', ') || 'none'}.`,
      fix: `Write id: '${used[0] ?? 'sg-…'}' in amplify/environments.ts`,
    },
  ];
}

interface Ends {
  readonly from: readonly SecurityGroup[];
  readonly to: readonly SecurityGroup[];
  readonly fromCidrs: readonly string[];
  readonly toCidrs: readonly string[];
  readonly port: number;
}

/** Each group of an interface adds what it permits: one that does is enough. */
function checkEnds({ from, to, fromCidrs, toCidrs, port }: Ends): Finding[] {
  const [source, target] = [from[0]?.GroupId, to[0]?.GroupId];
  if (source === undefined || target === undefined) return [];
  const fromIds = from.flatMap(({ GroupId }) => GroupId ?? []);
  const toIds = to.flatMap(({ GroupId }) => GroupId ?? []);
  const out = from.some(({ IpPermissionsEgress = [] }) =>
    permits(IpPermissionsEgress, port, { groups: toIds, cidrs: toCidrs }),
  );
  const into = to.some(({ IpPermissions = [] }) => permits(IpPermissions, port, { groups: fromIds, cidrs: fromCidrs }));
  return [
    ...(out
      ? []
      : [
          {
            problem: `${fromIds.join(', ')} permits nothing out to ${toIds.join(', ')} on TCP ${port}.`,
            fix: `aws ec2 authorize-security-group-egress --group-id ${source} --ip-permissions IpProtocol=tcp,FromPort=${port},ToPort=${port},UserIdGroupPairs=[{GroupId=${target}}]`,
          },
        ]),
    ...(into
      ? []
      : [
          {
            problem: `${toIds.join(', ')} permits nothing in from ${fromIds.join(', ')} on TCP ${port}.`,
            fix: `aws ec2 authorize-security-group-ingress --group-id ${target} --protocol tcp --port ${port} --source-group ${source}`,
          },
        ]),
  ];
}

const cidrsOf = (subnets: readonly { CidrBlock?: string | undefined }[]) =>
  subnets.flatMap(({ CidrBlock }) => CidrBlock ?? []);

/** Nothing where an end is made by the first deployment. */
function outcomeOf(ends: Ends): ReturnType<Check['run']> {
  if (ends.from.length === 0 || ends.to.length === 0) return undefined;
  const [from, to] = [ends.from, ends.to].map((list) => list.map(({ GroupId }) => GroupId).join(', '));
  return findingsOr(checkEnds(ends), `${from} to ${to}, TCP ${ends.port}`);
}

const functionsToProxy: Check = {
  id: 'functions-to-proxy',
  title: 'Functions to RDS Proxy',
  breaks: TIMES_OUT,
  page: PAGE,
  run(facts) {
    const proxy = proxyOf(facts);
    if (proxy === undefined) return undefined;
    return outcomeOf({
      from: groupsById(functionGroupIds(facts), facts),
      to: groupsById(proxy.VpcSecurityGroupIds ?? [], facts),
      fromCidrs: cidrsOf(chosenSubnets(facts)),
      toCidrs: cidrsOf(subnetsById(proxy.VpcSubnetIds ?? [], facts)),
      port: 5432,
    });
  },
};

const proxyToDatabase: Check = {
  id: 'proxy-to-database',
  title: 'RDS Proxy to the database',
  breaks:
    'The proxy does not reach the database: its target is UNREACHABLE, and every query fails after the borrow timeout.',
  page: 'runbook.md#proxy-availability',
  run(facts) {
    const [proxy, database] = [proxyOf(facts), databaseOf(facts)];
    if (proxy === undefined || database === undefined) return undefined;
    return outcomeOf({
      from: groupsById(proxy.VpcSecurityGroupIds ?? [], facts),
      to: groupsById(databaseGroupIds(database), facts),
      fromCidrs: cidrsOf(subnetsById(proxy.VpcSubnetIds ?? [], facts)),
      toCidrs: cidrsOf(subnetsById(databaseSubnetIds(database), facts)),
      port: databasePort(database),
    });
  },
};

const functionsToDatabase: Check = {
  id: 'functions-to-database',
  title: 'Functions to the database',
  breaks: TIMES_OUT,
  page: PAGE,
  run(facts) {
    const database = databaseOf(facts);
    if (hasProxy(facts) || database === undefined) return undefined;
    return outcomeOf({
      from: groupsById(functionGroupIds(facts), facts),
      to: groupsById(databaseGroupIds(database), facts),
      fromCidrs: cidrsOf(chosenSubnets(facts)),
      toCidrs: cidrsOf(subnetsById(databaseSubnetIds(database), facts)),
      port: databasePort(database),
    });
  },
};

const functionsToEndpoints: Check = {
  id: 'functions-to-endpoints',
  title: 'Functions to endpoints',
  breaks: 'A call to the AWS service waits until the function times out.',
  page: 'environments.md#egress',
  run(facts) {
    const from = groupsById(functionGroupIds(facts), facts);
    const endpoints = endpointsInUse(facts).filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    if (from.length === 0 || endpoints.length === 0) return undefined;
    const findings = endpoints.flatMap(({ Groups = [], SubnetIds = [] }) =>
      checkEnds({
        from,
        to: groupsById(
          Groups.flatMap(({ GroupId }) => GroupId ?? []),
          facts,
        ),
        fromCidrs: cidrsOf(chosenSubnets(facts)),
        toCidrs: cidrsOf(subnetsById(SubnetIds, facts)),
        port: HTTPS_PORT,
      }),
    );
    return findingsOr(findings, endpoints.map(({ ServiceName }) => ServiceName).join(', '));
  },
};

export const securityGroupChecks: CheckGroup = {
  title: 'Security groups',
  checks: [groups, functionsToProxy, proxyToDatabase, functionsToDatabase, functionsToEndpoints],
};
