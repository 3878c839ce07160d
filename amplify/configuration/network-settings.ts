/** Where the functions live and what they can reach: the network part of an environment. Types only. */

export type NetworkSettings = ExistingNetworkSettings | CreatedNetworkSettings;

/** A VPC that exists already, with the database in it or connected to it. */
export interface ExistingNetworkSettings {
  readonly kind: 'existing';
  readonly vpc: VpcChoice;
  /**
   * Where the functions, and a proxy or database that is created, get their network interfaces: private subnets in at
   * least two availability zones. `isolated` has no route to the internet and is enough, because an IAM database token
   * is signed offline.
   */
  readonly subnets: SubnetChoice;
  /** @default { kind: 'none' } */
  readonly egress?: EgressSettings;
  /** A security group for the functions that a network team has made. @default - one is made */
  readonly functionSecurityGroup?: ExistingSecurityGroup;
}

/**
 * A VPC of this backend's own, for an account without one: two availability zones, isolated subnets, no route to the
 * internet. Only a database that is created too can be in it.
 */
export interface CreatedNetworkSettings {
  readonly kind: 'created';
  /**
   * The address range, /16 to /24. The isolated subnets take a quarter of it. Another half is set aside for the subnets
   * that a NAT gateway needs, so that it can come later without moving any. Choose a range that no network overlaps which
   * you will ever connect.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;
  /**
   * Two availability zones by name. RDS Proxy is not in every zone (not in the zone ids use1-az3 and usw1-az2).
   * Changing them replaces the subnets and what is in them.
   * @default - the first two of the account
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations
   */
  readonly availabilityZones?: readonly [string, string];
  /** @default { kind: 'none' } */
  readonly egress?: EgressSettings;
}

/** One VPC of the account and region. A name or tags must fit exactly one. */
export type VpcChoice =
  | {
      /** `vpc-` and 8 or 17 hexadecimal digits. Find it: `aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"` */
      readonly id: string;
    }
  | {
      /** The value of its tag `Name`. */
      readonly name: string;
    }
  | {
      /** Tags that it has, all of them. */
      readonly tags: Readonly<Record<string, string>>;
    };

/** Subnets of the VPC by what they can reach, by the name of their group, or by their ids. */
export type SubnetChoice =
  | {
      /**
       * `isolated`: subnets whose route table has no route to the internet. `withEgress`: private subnets that reach
       * the internet through a NAT gateway or another appliance.
       * @see https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
       */
      readonly type: 'isolated' | 'withEgress';
    }
  | {
      /** The value of their tag `aws-cdk:subnet-name`, which the CDK gives to the subnets that it makes. */
      readonly group: string;
    }
  | {
      /**
       * Subnet ids, `subnet-` and 8 or 17 hexadecimal digits, in at least two availability zones.
       * Find them: `aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpcId> --query
       * "Subnets[].[SubnetId,AvailabilityZone]"`
       */
      readonly ids: readonly string[];
    };

/** A security group that somebody else made. */
export interface ExistingSecurityGroup {
  /** `sg-` and 8 or 17 hexadecimal digits. Find it: `aws ec2 describe-security-groups --query "…"` */
  readonly id: string;
  /**
   * `add`: this backend adds the rules that it needs, and removes them when it is deleted. `print`: the group is not
   * ours to change; `npm run synth` prints the rules that its owner must add, as text and as JSON.
   */
  readonly rules: 'add' | 'print';
}

/**
 * What the functions can reach besides the database. `none` is enough for everything in this template; what a month of
 * the others costs, `npm run synth` prints.
 */
export type EgressSettings = { readonly kind: 'none' } | EndpointEgressSettings | NatEgressSettings;

/** Some AWS services, without a route to the internet. */
export interface EndpointEgressSettings {
  readonly kind: 'endpoints';
  /** Free of charge. @default - none */
  readonly gateways?: readonly GatewayEndpointSettings[];
  /** Charged per hour, zone and gigabyte. @default - none */
  readonly interfaces?: readonly InterfaceEndpointSettings[];
  /**
   * Where new interface endpoints get their network interfaces: in a subnet of `each` zone, or of `one` zone for half the
   * price, and none of the service when that zone fails.
   * @default 'each'
   */
  readonly zones?: 'each' | 'one';
}

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
export interface GatewayEndpointSettings {
  readonly service: 's3' | 'dynamodb';
  /** True when the route tables of the subnets have it already. @default false */
  readonly existing?: boolean;
}

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
export interface InterfaceEndpointSettings {
  /** The service's name without the region, for example `ssm`, `secretsmanager`, `sqs` or `execute-api`. */
  readonly service: string;
  /**
   * The security group of an endpoint that the VPC has already. Two endpoints of one service with private DNS cannot be in
   * one VPC. @default - an endpoint is made
   */
  readonly existing?: ExistingSecurityGroup;
}

/** Everything on the internet that speaks HTTPS, through a NAT gateway. */
export interface NatEgressSettings {
  readonly kind: 'nat';
  /**
   * For a created VPC: one NAT gateway, or one in each zone so that a zone can fail. An existing VPC has its own, which the
   * subnets `withEgress` use.
   * @default 1
   */
  readonly gateways?: 1 | 2;
}
