/** IPv4 ranges, and what network ACLs and security groups permit between them. Pure functions of EC2's own descriptions. */
import type { IpPermission, NetworkAcl, NetworkAclEntry } from '@aws-sdk/client-ec2';

interface Range {
  readonly first: number;
  readonly last: number;
}

/** @returns nothing for what is no IPv4 range. */
export function rangeOf(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
  if (bits === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const address = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/** Whether all of `inner` is in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [around, within] = [rangeOf(outer), rangeOf(inner)];
  return around !== undefined && within !== undefined && around.first <= within.first && within.last <= around.last;
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

export interface Ports {
  readonly from: number;
  readonly to: number;
}

/** To which the answer to a connection goes: Lambda and RDS Proxy choose one of these for themselves. */
export const EPHEMERAL: Ports = { from: 1024, to: 65_535 };
const EVERYWHERE = '0.0.0.0/0';
export const HTTPS: Ports = { from: 443, to: 443 };
export const portOnly = (port: number): Ports => ({ from: port, to: port });

const TCP = '6';
const ANY = '-1';

export interface AclVerdict {
  readonly permitted: boolean;
  /** The rule that decided; `*` when none did. */
  readonly rule: string;
}

/** What an ACL does to TCP packets to or from all of a range, by its rules in the order of their numbers. */
export function checkAcl(
  { Entries = [] }: NetworkAcl,
  direction: 'in' | 'out',
  peer: string,
  ports: Ports,
): AclVerdict {
  const entries = Entries.filter(({ Egress }) => Egress === (direction === 'out')).toSorted(
    (a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0),
  );
  for (const entry of entries) {
    const { RuleAction, RuleNumber = 0, CidrBlock = '' } = entry;
    if (!concernsTcp(entry)) continue;
    const { From, To } = entryPorts(entry);
    if (contains(CidrBlock, peer) && From <= ports.from && ports.to <= To) {
      return { permitted: RuleAction === 'allow', rule: ruleName(RuleNumber) };
    }
    const touches = overlaps(CidrBlock, peer) && From <= ports.to && ports.from <= To;
    if (touches && RuleAction === 'deny') return { permitted: false, rule: ruleName(RuleNumber) };
  }
  return { permitted: false, rule: '*' };
}

/** The last rule of each ACL, which rejects the rest. */
const LAST_RULE = 32_767;
const ruleName = (number: number) => (number === LAST_RULE ? '*' : String(number));

const concernsTcp = ({ Protocol, CidrBlock }: NetworkAclEntry) =>
  CidrBlock !== undefined && (Protocol === TCP || Protocol === ANY || Protocol === 'tcp');

function entryPorts({ PortRange, Protocol }: NetworkAclEntry): { From: number; To: number } {
  if (Protocol === ANY || PortRange === undefined) return { From: 0, To: 65_535 };
  return { From: PortRange.From ?? 0, To: PortRange.To ?? 65_535 };
}

export interface Peers {
  /** Groups that the other end is in: one that is named is enough. */
  readonly groups: readonly string[];
  /** Its address ranges: all of them must be permitted. */
  readonly cidrs: readonly string[];
}

/** Whether one group's rules permit TCP on a port with these peers. */
export function permits(rules: readonly IpPermission[], port: number, { groups, cidrs }: Peers): boolean {
  const fitting = rules.filter(
    ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
      IpProtocol === ANY || ((IpProtocol === 'tcp' || IpProtocol === TCP) && FromPort <= port && port <= ToPort),
  );
  const named = fitting.some(({ UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.some(({ GroupId = '' }) => groups.includes(GroupId)),
  );
  const ranges = fitting.flatMap(({ IpRanges = [] }) => IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []));
  return (
    named ||
    ranges.includes(EVERYWHERE) ||
    (cidrs.length > 0 && cidrs.every((cidr) => ranges.some((range) => contains(range, cidr))))
  );
}

/** Whether the rules permit HTTPS to the addresses of an AWS service, which a prefix list has. */
export function permitsPrefixList(rules: readonly IpPermission[], port: number): boolean {
  return rules.some(
    ({ IpProtocol, FromPort = 0, ToPort = 65_535, PrefixListIds = [], IpRanges = [] }) =>
      (IpProtocol === ANY || (FromPort <= port && port <= ToPort)) &&
      (PrefixListIds.length > 0 || IpRanges.some(({ CidrIp }) => CidrIp === EVERYWHERE)),
  );
}
