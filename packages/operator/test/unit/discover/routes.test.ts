import type { RouteTable, Subnet } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { Routes } from '../../../src/discover/routes.js';

const subnet: Subnet = { SubnetId: 'subnet-1', VpcId: 'vpc-1' };
const everywhere = { DestinationCidrBlock: '0.0.0.0/0' };
const own = (routes: RouteTable['Routes']): RouteTable => ({
  VpcId: 'vpc-1',
  Routes: routes,
  Associations: [{ SubnetId: 'subnet-1' }],
});
const main = (routes: RouteTable['Routes'], VpcId = 'vpc-1'): RouteTable => ({
  VpcId,
  Routes: routes,
  Associations: [{ Main: true }],
});

test.each([
  ['an internet gateway', [own([{ ...everywhere, GatewayId: 'igw-1' }])], 'public'],
  ['a NAT gateway', [own([{ ...everywhere, NatGatewayId: 'nat-1' }])], 'withEgress'],
  ['a transit gateway', [own([{ ...everywhere, TransitGatewayId: 'tgw-1' }])], 'withEgress'],
  [
    'a NAT gateway for one range only',
    [own([{ DestinationCidrBlock: '10.0.0.0/8', NatGatewayId: 'nat-1' }])],
    'isolated',
  ],
  ['a gateway endpoint', [own([{ DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1' }])], 'isolated'],
  ['nothing', [own([])], 'isolated'],
  ['the main table, where it has none of its own', [main([{ ...everywhere, GatewayId: 'igw-1' }])], 'public'],
  ['the main table of another VPC', [main([{ ...everywhere, GatewayId: 'igw-1' }], 'vpc-2')], 'isolated'],
  ['its own table and not the main one', [main([{ ...everywhere, GatewayId: 'igw-1' }]), own([])], 'isolated'],
] as const)('a subnet whose route leads to %s is of the kind that the CDK takes it for', (_what, tables, kind) => {
  expect(new Routes(tables).kindOf(subnet)).toBe(kind);
});

test('the tag of the CDK and an address for each instance decide before the routes', () => {
  const routes = new Routes([own([])]);

  expect(routes.kindOf({ ...subnet, Tags: [{ Key: 'aws-cdk:subnet-type', Value: 'Private' }] })).toBe('withEgress');
  expect(routes.kindOf({ ...subnet, MapPublicIpOnLaunch: true })).toBe('public');
});
