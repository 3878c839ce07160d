/** What can be wrong with the account, the deployment and the VPC. */
import {
  CreateRouteCommand,
  DeleteRouteCommand,
  DescribeInternetGatewaysCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Breakage, CLUSTER, CREATED, DIRECT, ENDPOINTS, EXISTING, inAnswerOf, UNDEPLOYED } from './breakage.js';
import { FUNCTION } from './build-account.js';

const packages = { '@aws-amplify/backend-cli': '1.10.0', '@aws-cdk/toolkit-lib': '1.43.0', graphql: '15.11.0' };

type ExistingNetwork = Extract<Environment['network'], { kind: 'existing' }>;
const withNetwork = (environment: Environment, change: Partial<ExistingNetwork>): Environment => ({
  ...environment,
  network: { ...(environment.network as ExistingNetwork), ...change },
});

const account: readonly Breakage[] = [
  {
    name: 'a CDK toolkit that deploys sandboxes without rollback',
    shape: EXISTING,
    installed: { ...packages, '@aws-cdk/toolkit-lib': '1.35.0' },
    check: 'installed-packages',
    problem: /toolkit-lib 1\.35\.0: sandboxes are deployed in EXPRESS mode/,
    fix: /overrides/,
  },
  {
    name: 'a second graphql',
    shape: CREATED,
    installed: { ...packages, graphql: '16.9.0' },
    check: 'installed-packages',
    problem: /graphql 16\.9\.0/,
    fix: /npm install --save-exact graphql@15/,
  },
  {
    name: 'no ampx',
    shape: UNDEPLOYED,
    installed: {},
    check: 'installed-packages',
    problem: /not installed/,
    fix: /^npm ci$/,
  },
  {
    name: 'an account that is not bootstrapped',
    shape: UNDEPLOYED,
    recipe: { bootstrapVersion: undefined },
    check: 'bootstrap',
    problem: /eu-west-1 is not bootstrapped/,
    fix: /^npx aws-cdk@2 bootstrap aws:\/\/111122223333\/eu-west-1$/,
  },
  {
    name: 'an old bootstrap',
    shape: EXISTING,
    recipe: { bootstrapVersion: '5' },
    check: 'bootstrap',
    problem: /version 5, and 8 or later/,
    fix: /^npx aws-cdk@2 bootstrap/,
  },
  {
    name: 'credentials of another account',
    shape: EXISTING,
    recipe: { environment: (environment) => ({ ...environment, account: '444455556666' }) },
    check: 'account',
    problem: /of account 111122223333, and main is in account 444455556666/,
    fix: /AWS_PROFILE/,
  },
  {
    name: 'a region that is off',
    shape: EXISTING,
    rewrite: inAnswerOf(
      'DescribeRegions',
      /<optInStatus>.*?<\/optInStatus>/g,
      '<optInStatus>not-opted-in</optInStatus>',
    ),
    check: 'region',
    problem: /eu-west-1 is off for this account \(not-opted-in\)/,
    fix: /^aws account enable-region --region-name eu-west-1$/,
  },
  {
    name: 'a stack that could not roll back',
    shape: ENDPOINTS,
    standIns: { stackStatus: 'UPDATE_ROLLBACK_FAILED' },
    check: 'stack',
    problem: /is UPDATE_ROLLBACK_FAILED/,
    fix: /describe-stack-events --stack-name amplify-d1example-main-branch-/,
  },
  {
    name: 'a deployment under way',
    shape: CREATED,
    standIns: { stackStatus: 'UPDATE_IN_PROGRESS' },
    check: 'stack',
    severity: 'warning',
    problem: /is UPDATE_IN_PROGRESS/,
    fix: /describe-stacks/,
  },
  {
    name: 'two apps with the branch',
    shape: EXISTING,
    standIns: { stackCount: 2 },
    check: 'stack',
    problem: /More than one deployment is of main: amplify-d1example-.*, amplify-d2other-/,
    fix: /--app-id/,
  },
  {
    name: 'a function changed by hand',
    shape: EXISTING,
    standIns: { drifted: FUNCTION },
    check: 'drift',
    problem: /orders-api \(AWS::Lambda::Function\) is MODIFIED by hand/,
    fix: /Put it back/,
  },
];

const vpc: readonly Breakage[] = [
  {
    name: 'a VPC that does not exist',
    shape: EXISTING,
    recipe: { environment: (environment) => withNetwork(environment, { vpc: { id: 'vpc-0123456789abcdef0' } }) },
    check: 'vpc',
    problem: /no VPC \{"id":"vpc-0123456789abcdef0"\} in eu-west-1/,
    fix: /describe-vpcs/,
  },
  {
    name: 'a VPC name that nothing has',
    shape: DIRECT,
    recipe: { environment: (environment) => withNetwork(environment, { vpc: { name: 'shared' } }) },
    check: 'vpc',
    problem: /no VPC \{"name":"shared"\}/,
    fix: /describe-vpcs/,
  },
  {
    name: 'a VPC that resolves no names',
    shape: DIRECT,
    change: ({ ec2 }, { network }) =>
      ec2.send(new ModifyVpcAttributeCommand({ VpcId: network.vpc, EnableDnsSupport: { Value: false } })),
    check: 'vpc-dns',
    problem: /enableDnsSupport is off/,
    fix: /^aws ec2 modify-vpc-attribute --vpc-id vpc-\w+ --enable-dns-support$/,
  },
  {
    name: 'a VPC without hostnames, with interface endpoints',
    shape: ENDPOINTS,
    change: ({ ec2 }, { network }) =>
      ec2.send(new ModifyVpcAttributeCommand({ VpcId: network.vpc, EnableDnsHostnames: { Value: false } })),
    check: 'vpc-dns',
    problem: /enableDnsHostnames is off/,
    fix: /--enable-dns-hostnames$/,
  },
  {
    name: 'a VPC without hostnames, and no interface endpoint',
    shape: EXISTING,
    change: ({ ec2 }, { network }) =>
      ec2.send(new ModifyVpcAttributeCommand({ VpcId: network.vpc, EnableDnsHostnames: { Value: false } })),
    check: 'vpc-dns',
    severity: 'warning',
    problem: /enableDnsHostnames is off/,
    fix: /--enable-dns-hostnames$/,
  },
  {
    name: 'a subnet that does not exist',
    shape: ENDPOINTS,
    recipe: {
      environment: (environment, { subnets }) =>
        withNetwork(environment, { subnets: { ids: [...subnets, 'subnet-0123456789abcdef0'] } }),
    },
    check: 'subnets',
    problem: /subnet-0123456789abcdef0 does not exist in vpc-/,
    fix: /describe-subnets --filters Name=vpc-id/,
  },
  {
    name: 'no subnet of the kind that is chosen',
    shape: EXISTING,
    recipe: { environment: (environment) => withNetwork(environment, { subnets: { type: 'withEgress' } }) },
    check: 'subnets',
    problem: /No subnet of vpc-\w+ is \{"type":"withEgress"\}/,
    fix: /describe-subnets/,
  },
  {
    name: 'no route to NAT any more',
    shape: CLUSTER,
    change: ({ ec2 }, { network }) =>
      ec2.send(new DeleteRouteCommand({ RouteTableId: network.routeTable, DestinationCidrBlock: '0.0.0.0/0' })),
    check: 'subnets',
    problem: /No subnet of vpc-\w+ is \{"type":"withEgress"\}/,
    fix: /describe-subnets/,
  },
  {
    name: 'a subnet with a route to the internet',
    shape: ENDPOINTS,
    change: async ({ ec2 }, { network }) => {
      const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
      const ours = InternetGateways.find(({ Attachments = [] }) =>
        Attachments.some(({ VpcId }) => VpcId === network.vpc),
      );
      const route = { RouteTableId: network.routeTable, DestinationCidrBlock: '0.0.0.0/0' };
      await ec2.send(new CreateRouteCommand({ ...route, GatewayId: ours?.InternetGatewayId }));
    },
    check: 'subnets-private',
    problem: /subnet-\w+ has a route to an internet gateway/,
    fix: /Choose private subnets/,
  },
  {
    name: 'all subnets in one zone',
    shape: EXISTING,
    recipe: { zones: ['a', 'a'] },
    check: 'subnet-zones',
    problem: /All subnets are in eu-west-1a/,
    fix: /second zone/,
  },
  {
    name: 'a zone without RDS Proxy',
    shape: ENDPOINTS,
    rewrite: inAnswerOf('DescribeSubnets', /euw1-az1/g, 'use1-az3'),
    check: 'proxy-zones',
    problem: /RDS Proxy is not in use1-az3; left is euw1-az\d/,
    fix: /describe-availability-zones/,
  },
  {
    name: 'subnets that are nearly full',
    shape: CLUSTER,
    rewrite: inAnswerOf('DescribeSubnets', /<availableIpAddressCount>\d+/g, '<availableIpAddressCount>2'),
    check: 'free-addresses',
    problem: /subnet-\w+ has 2 free addresses, and 3 are needed/,
    fix: /describe-network-interfaces --filters Name=subnet-id/,
  },
];

export const NETWORK_BREAKAGES: readonly Breakage[] = [...account, ...vpc];
