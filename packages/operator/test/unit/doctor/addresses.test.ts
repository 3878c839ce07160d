import type { NetworkAclEntry } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { checkAcl, contains, EPHEMERAL, permits, portOnly } from '../../../src/doctor/addresses.js';

test.each([
  ['10.0.0.0/8', '10.77.1.0/24', true],
  ['0.0.0.0/0', '10.77.1.0/24', true],
  ['10.77.1.0/24', '10.77.1.0/24', true],
  ['10.77.1.0/24', '10.77.0.0/16', false],
  ['10.77.1.0/25', '10.77.1.0/24', false],
  ['::/0', '10.77.1.0/24', false],
])('%s contains %s: %s', (outer, inner, expected) => {
  expect(contains(outer, inner)).toBe(expected);
});

const entry = (
  RuleNumber: number,
  RuleAction: 'allow' | 'deny',
  more: Partial<NetworkAclEntry> = {},
): NetworkAclEntry => ({
  RuleNumber,
  RuleAction,
  Egress: true,
  Protocol: '-1',
  CidrBlock: '0.0.0.0/0',
  ...more,
});
const assess = (...Entries: NetworkAclEntry[]) => checkAcl({ Entries }, 'out', '10.77.1.0/24', EPHEMERAL);

test('the rule with the lowest number decides', () => {
  expect(assess(entry(200, 'deny'), entry(100, 'allow'))).toEqual({ permitted: true, rule: '100' });
  expect(assess(entry(50, 'deny'), entry(100, 'allow'))).toEqual({ permitted: false, rule: '50' });
});

test('without a rule that fits, the last one rejects', () => {
  expect(assess(entry(32767, 'deny'))).toEqual({ permitted: false, rule: '*' });
  expect(assess()).toEqual({ permitted: false, rule: '*' });
});

test('a rule for half of the ports permits nothing by itself, and denies what it touches', () => {
  const half = { Protocol: '6', PortRange: { From: 1024, To: 40_000 } };

  expect(assess(entry(100, 'allow', half), entry(32767, 'deny')).permitted).toBe(false);
  expect(assess(entry(100, 'deny', half), entry(200, 'allow')).permitted).toBe(false);
});

test('rules for UDP, for IPv6 and for the other direction do not count', () => {
  const others = [
    entry(10, 'deny', { Protocol: '17' }),
    { ...entry(20, 'deny'), CidrBlock: undefined, Ipv6CidrBlock: '::/0' },
  ];

  expect(assess(...others, entry(30, 'deny', { Egress: false }), entry(100, 'allow')).permitted).toBe(true);
});

const tcp = (rule: object) => [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ...rule }];
const peers = { groups: ['sg-1', 'sg-2'], cidrs: ['10.77.1.0/24', '10.77.2.0/24'] };

test.each([
  ['one of its groups', tcp({ UserIdGroupPairs: [{ GroupId: 'sg-2' }] }), true],
  ['another group', tcp({ UserIdGroupPairs: [{ GroupId: 'sg-3' }] }), false],
  ['all of its ranges', tcp({ IpRanges: [{ CidrIp: '10.77.0.0/16' }] }), true],
  ['one of two ranges', tcp({ IpRanges: [{ CidrIp: '10.77.1.0/24' }] }), false],
  ['everything', [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }], true],
  ['UDP', [{ IpProtocol: 'udp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: 'sg-1' }] }], false],
  [
    'another port',
    [{ IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [{ GroupId: 'sg-1' }] }],
    false,
  ],
  ['nothing', [], false],
])('a group that permits %s: %s', (_, rules, expected) => {
  expect(permits(rules, 5432, peers)).toBe(expected);
});

test('the port is one of a range', () => {
  expect(
    checkAcl(
      { Entries: [entry(1, 'allow', { Protocol: '6', PortRange: { From: 5000, To: 6000 } })] },
      'out',
      '10.77.1.0/24',
      portOnly(5432),
    ).permitted,
  ).toBe(true);
});
