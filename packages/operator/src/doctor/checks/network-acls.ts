/** Checks the network ACLs of each subnet on the way, in both directions: they keep no state. */
import type { NetworkAcl, Subnet } from '@aws-sdk/client-ec2';
import { checkAcl, EPHEMERAL, HTTPS, type Ports, portOnly } from '../addresses.js';
import { type Check, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import {
  chosenSubnets,
  databaseOf,
  databasePort,
  databaseSubnetIds,
  hasProxy,
  proxyOf,
  subnetsById,
} from '../resolve.js';

interface Hop {
  readonly from: readonly Subnet[];
  readonly to: readonly Subnet[];
  readonly port: number;
  readonly name: string;
}

export const networkAcls: Check = {
  id: 'network-acls',
  title: 'Network ACLs',
  breaks: 'Packets, or the answers to them, are dropped without a trace: every connection times out.',
  page: 'troubleshooting.md#the-function-times-out-and-logs-nothing',
  run(facts) {
    const functions = chosenSubnets(facts);
    if (functions.length === 0) return undefined;
    const findings = [
      ...hopsOf(facts, functions).flatMap((hop) => checkHop(hop, facts.networkAcls)),
      ...(leavesVpc(facts) ? functions.flatMap((subnet) => checkWayOut(subnet, facts.networkAcls)) : []),
    ];
    return findingsOr(distinct(findings), 'permit the way there and back');
  },
};

function hopsOf(facts: Facts, functions: readonly Subnet[]): readonly Hop[] {
  const database = databaseOf(facts);
  const behind = database === undefined ? [] : subnetsById(databaseSubnetIds(database), facts);
  const port = database === undefined ? 5432 : databasePort(database);
  if (!hasProxy(facts)) return [{ from: functions, to: behind, port, name: 'database' }];
  const proxy = subnetsById(proxyOf(facts)?.VpcSubnetIds ?? [], facts);
  return [
    { from: functions, to: proxy, port: 5432, name: 'RDS Proxy' },
    { from: proxy, to: behind, port, name: 'database' },
  ];
}

const leavesVpc = ({ environment }: Facts) => environment.network.egress?.kind === 'nat';

/** Within one subnet no ACL applies. */
function checkHop({ from, to, port, name }: Hop, acls: readonly NetworkAcl[]): Finding[] {
  const pairs = from.flatMap((source) =>
    to.filter(({ SubnetId }) => SubnetId !== source.SubnetId).map((target) => [source, target] as const),
  );
  return pairs.flatMap(([source, target]) => [
    ...assess(source, 'out', target.CidrBlock, portOnly(port), `to the ${name}`, acls),
    ...assess(target, 'in', source.CidrBlock, portOnly(port), `to the ${name}`, acls),
    ...assess(target, 'out', source.CidrBlock, EPHEMERAL, `back from the ${name}`, acls),
    ...assess(source, 'in', target.CidrBlock, EPHEMERAL, `back from the ${name}`, acls),
  ]);
}

function checkWayOut(subnet: Subnet, acls: readonly NetworkAcl[]): Finding[] {
  return [
    ...assess(subnet, 'out', '0.0.0.0/0', HTTPS, 'to the internet', acls),
    ...assess(subnet, 'in', '0.0.0.0/0', EPHEMERAL, 'back from the internet', acls),
  ];
}

function assess(
  subnet: Subnet,
  direction: 'in' | 'out',
  peer: string | undefined,
  ports: Ports,
  way: string,
  acls: readonly NetworkAcl[],
): Finding[] {
  const acl = acls.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet.SubnetId));
  if (acl === undefined || peer === undefined) return [];
  const { permitted, rule } = checkAcl(acl, direction, peer, ports);
  if (permitted) return [];
  const range = ports.from === ports.to ? String(ports.from) : `${ports.from}-${ports.to}`;
  const [side, preposition] = direction === 'in' ? ['ingress', 'from'] : ['egress', 'to'];
  return [
    {
      problem: `${acl.NetworkAclId} of ${subnet.SubnetId} denies TCP ${range} ${preposition} ${peer} (${way}), by rule ${rule}.`,
      fix: `aws ec2 create-network-acl-entry --network-acl-id ${acl.NetworkAclId} --${side} --rule-number ${freeNumber(acl, rule)} --protocol tcp --port-range From=${ports.from},To=${ports.to} --cidr-block ${peer} --rule-action allow`,
    },
  ];
}

/** Before the rule that denies. */
function freeNumber({ Entries = [] }: NetworkAcl, rule: string): number {
  const taken = new Set(Entries.map(({ RuleNumber }) => RuleNumber));
  const before = rule === '*' ? 200 : Number(rule) - 1;
  const down = Array.from({ length: Math.max(before, 0) }, (_, index) => before - index);
  return down.find((number) => !taken.has(number)) ?? 1;
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ problem }, index) => findings.findIndex((other) => other.problem === problem) === index);
}
