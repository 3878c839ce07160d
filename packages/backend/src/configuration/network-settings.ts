/** Describes where the functions live and what they can reach: the network part of an environment. */
import { z } from 'zod/v4';
import type { Check } from './configuration-error.js';
import {
  areDistinct,
  COMPARE,
  existingSecurityGroup,
  LEAVE_OUT,
  oneFieldOf,
  oneKindOf,
  oneWordOf,
  resourceId,
  type Settings,
  text,
  trueOrFalse,
  twoDifferent,
} from './fields.js';

export type { ExistingSecurityGroup } from './fields.js';

const FIND_VPCS = 'run aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"';
const FIND_SUBNETS = 'run aws ec2 describe-subnets --query "Subnets[].[VpcId,SubnetId,AvailabilityZone]"';
const FIND_SUBNET_TAGS = 'run aws ec2 describe-subnets --query "Subnets[].[SubnetId,Tags]"';
const FIND_ZONES = 'run aws ec2 describe-availability-zones --query "AvailabilityZones[].[ZoneName,ZoneId]"';

export type GatewayEndpointSettings = Settings<typeof gatewayEndpoint>;
const gatewayEndpoint = z
  .strictObject({
    /** @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
    service: oneWordOf(['s3', 'dynamodb'], 'reach other services by `interfaces`'),
    /** True when the route tables of the subnets have it already. @default false */
    existing: trueOrFalse.optional(),
  })
  .meta({ expected: "{ service: 's3' } or { service: 'dynamodb' }", fix: 'choose one of the two' });

const interfaceEndpoint = z
  .strictObject({
    /**
     * The service's name without the region, for example `ssm`, `secretsmanager`, `sqs` or `execute-api`.
     * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
     */
    service: text(/^[a-z][a-z0-9.-]*[a-z0-9]$/, {
      expected: 'the name of an AWS service without com.amazonaws and region, for example ssm',
      fix: 'run aws ec2 describe-vpc-endpoint-services --query "ServiceNames"',
    }),
    /**
     * The security group of an endpoint that the VPC has already. Two endpoints of one service with private DNS cannot
     * be in one VPC. @default - an endpoint is created
     */
    existing: existingSecurityGroup.optional(),
  })
  .meta({ expected: "{ service: '…' }", fix: 'correct it' });

/** Two kinds of egress have a field of this name. */
const GATEWAYS = {
  expected: "for endpoints a list of { service: 's3' } and { service: 'dynamodb' }, for nat 1, 2 or 'regional'",
  fix: LEAVE_OUT,
};

export type EndpointEgressSettings = Settings<typeof endpointEgress>;
const endpointEgress = z.strictObject({
  /** Some AWS services, without a route to the internet. */
  kind: z.literal('endpoints'),
  /** Free of charge. @default - none */
  gateways: z.array(gatewayEndpoint).meta(GATEWAYS).optional(),
  /** Charged per hour, zone and gigabyte. @default - none */
  interfaces: z.array(interfaceEndpoint).meta({ expected: "a list of { service: '…' }", fix: LEAVE_OUT }).optional(),
  /**
   * Where new interface endpoints get their network interfaces: in `each` zone, or in `one` for half the price; when
   * that zone fails, the service cannot be reached. @default 'each'
   */
  zones: oneWordOf(['each', 'one']).optional(),
});

const natEgress = z.strictObject({
  /** Everything on the internet that speaks HTTPS, through a NAT gateway. */
  kind: z.literal('nat'),
  /**
   * For a new VPC: one NAT gateway, one in each zone so that a zone can fail, or a `regional` one, which AWS extends to each
   * zone in use and which needs no public subnet. An existing VPC has its own, which the subnets `withEgress` use. @default 1
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
   */
  gateways: z.literal([1, 2, 'regional']).meta(GATEWAYS).optional(),
});

const ipv6Egress = z.strictObject({
  /**
   * Everything on the internet that answers HTTPS over IPv6, free of charge: through an egress-only internet gateway, which a
   * new VPC gets. In an existing VPC the subnets have an IPv6 range and a route for ::/0 to one. Not every AWS service answers
   * over IPv6: the synthesis warns of those that the functions may call and that are not known to.
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html
   */
  kind: z.literal('ipv6'),
});

export type EgressSettings = Settings<typeof egress>;
const egress = oneKindOf(
  [z.strictObject({ kind: z.literal('none') }), endpointEgress, natEgress, ipv6Egress],
  'leave it out for none',
);

const anyNetwork = {
  /**
   * What the functions can reach besides the database. `none` is enough for this template; `npm run synth` prints what
   * a month of the others costs. @default { kind: 'none' }
   */
  egress: egress.optional(),
};

function tagValue(what: string, fix: string) {
  return text(/^.{1,256}$/, { expected: `the value of ${what}, 1 to 256 characters`, fix });
}

export type VpcChoice = Settings<typeof vpc>;
const vpc = oneFieldOf({
  /** `vpc-` and 8 or 17 hexadecimal digits. */
  id: resourceId('vpc', FIND_VPCS),
  /** The value of its tag `Name`. */
  name: tagValue('the VPC’s tag Name', FIND_VPCS),
  /** Tags that it has, all of them. */
  tags: z
    .record(z.string().min(1), tagValue('the tag', FIND_VPCS))
    .refine((tags) => Object.keys(tags).length > 0)
    .meta({ expected: 'one or more tags of the VPC with their values', fix: FIND_VPCS }),
}).meta({ expected: "{ id: 'vpc-…' }, { name: '…' } or { tags: { … } }", fix: 'choose one of the three' });

export type SubnetChoice = Settings<typeof subnets>;
const subnets = oneFieldOf({
  /**
   * `isolated`: no route to the internet. `withEgress`: private, with a route through a NAT gateway or an appliance.
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
   */
  type: oneWordOf(['isolated', 'withEgress'], 'choose one of the two'),
  /** The value of their tag `aws-cdk:subnet-name`, which the CDK gives to the subnets that it creates. */
  subnetGroupName: tagValue('the subnets’ tag aws-cdk:subnet-name', FIND_SUBNET_TAGS),
  /** Subnet ids, `subnet-` and 8 or 17 hexadecimal digits, in at least two availability zones. */
  ids: z
    .array(resourceId('subnet', FIND_SUBNETS))
    .min(2)
    .refine(areDistinct)
    .meta({ expected: 'a list of two or more different subnet ids', fix: FIND_SUBNETS }),
}).meta({
  expected:
    "{ type: 'isolated' }, { type: 'withEgress' }, { subnetGroupName: '…' } or { ids: ['subnet-…', 'subnet-…'] }",
  fix: 'choose one of the four',
});

export type ExistingNetworkSettings = Settings<typeof existingNetwork>;
const existingNetwork = z.strictObject({
  /** A VPC that exists already, with the database in it or connected to it. */
  kind: z.literal('existing'),
  /** One VPC of the account and region. A name or tags must fit exactly one. */
  vpc,
  /**
   * Private subnets, in at least two availability zones, for the functions and for a proxy or database that is created.
   * `isolated` ones are enough: an IAM database token is signed offline.
   */
  subnets,
  ...anyNetwork,
  /** A security group for the functions that a network team owns. @default - one is created */
  functionSecurityGroup: existingSecurityGroup.optional(),
});

const zone = text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, {
  expected: 'an availability zone, for example eu-west-1a',
  fix: FIND_ZONES,
});

export type NewNetworkSettings = Settings<typeof newNetwork>;
const newNetwork = z.strictObject({
  /**
   * A VPC that this backend creates: two availability zones, isolated subnets, no route to the internet. Only a
   * database that is created too can be in it.
   */
  kind: z.literal('new'),
  /**
   * The address range, /16 to /24, free of overlap with every network that you will ever connect. The isolated subnets
   * take a quarter; the rest is kept for the subnets of NAT gateways and of IPv6, which can come later. @default '10.0.0.0/16'
   */
  cidr: text(/^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\/(1[6-9]|2[0-4])$/, {
    expected: 'an IPv4 range from /16 to /24, for example 10.0.0.0/16',
    fix: 'choose one that is free',
  }).optional(),
  /**
   * Two availability zones by name; RDS Proxy is not in the zone ids use1-az3 and usw1-az2. Like `cidr`, they cannot be
   * changed later: EC2 refuses a second subnet with a range that is taken. @default - the first two of the account
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations
   */
  availabilityZones: twoDifferent(zone, {
    expected: 'two different availability zones',
    fix: FIND_ZONES,
  }).optional(),
  ...anyNetwork,
});

export type NetworkSettings = Settings<typeof networkSchema>;
export const networkSchema = oneKindOf([existingNetwork, newNetwork], COMPARE).meta({
  expected: "an object with kind: 'existing' or kind: 'new'",
});

/** Checks that subnets, egress and endpoints lead to one another. */
export function checkNetwork(network: NetworkSettings): Check[] {
  const { kind, egress } = network;
  if (egress?.kind === 'endpoints') return checkEndpoints(kind, egress);
  if (egress?.kind !== 'nat' || network.kind === 'new') return [];
  return [
    'type' in network.subnets &&
      network.subnets.type === 'isolated' && {
        path: 'network.subnets.type',
        expected: "subnets with a route to a NAT gateway, because egress is { kind: 'nat' }",
        fix: "choose { type: 'withEgress' }, or another egress",
      },
    egress.gateways !== undefined && {
      path: 'network.egress.gateways',
      expected: 'nothing: an existing VPC has NAT gateways of its own',
      fix: 'remove it',
    },
  ];
}

function checkEndpoints(kind: NetworkSettings['kind'], egress: EndpointEgressSettings): Check[] {
  const { gateways = [], interfaces = [] } = egress;
  const lists = Object.entries({ gateways, interfaces });
  return [
    gateways.length + interfaces.length === 0 && {
      path: 'network.egress',
      got: 'no endpoint',
      expected: 'at least one of gateways and interfaces',
      fix: "name the services that the functions call, or choose { kind: 'none' }",
    },
    ...lists.flatMap(([list, endpoints]) =>
      endpoints.flatMap(({ service, existing = false }, index): Check[] => [
        kind === 'new' &&
          existing !== false && {
            path: `network.egress.${list}.${index}.existing`,
            expected: 'nothing: a created VPC is empty, so no endpoint is in it yet',
            fix: 'remove it, to have the endpoint made',
          },
        endpoints.findIndex((endpoint) => endpoint.service === service) !== index && {
          path: `network.egress.${list}.${index}.service`,
          expected: 'each service once',
          fix: 'remove one of the two',
        },
      ]),
    ),
  ];
}
