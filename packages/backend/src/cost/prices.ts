/**
 * The prices that estimates use: AWS's list prices without free tiers, reservations and taxes, each with its source and the
 * date of the source. This is the only file with prices. How to add a region or an instance class: docs/costs.md.
 */

export interface Price {
  readonly usd: number;
  /** An offer of AWS's price list and the usage type in it, `AmazonRDS EUW2-RDS:ProxyUsage`; or the address of a page. */
  readonly source: string;
  /** When AWS published that offer, or when the page said so: `2026-10-06` or `2026-10`. */
  readonly date: string;
}

/** An hour of a PostgreSQL instance. */
export interface InstancePrices {
  readonly oneZone: Price;
  /** With a standby in a second zone. Not always twice the other. */
  readonly twoZones?: Price;
}

export interface RegionPrices {
  readonly proxyPerVcpuHour: Price;
  /** For Aurora Serverless v2. */
  readonly proxyPerAcuHour: Price;
  /** By class without `db.`, as `server.instanceType` has it. */
  readonly instancePerHour: Readonly<Record<string, InstancePrices>>;
  readonly storagePerGibMonth: { readonly oneZone: Price; readonly twoZones?: Price };
  /** Beyond the size of the storage, which is free. */
  readonly backupPerGibMonth: Price;
  readonly natGatewayPerHour: Price;
  readonly natGatewayPerGigabyte: Price;
  /** AWS bills an hour for each zone that it is in: https://aws.amazon.com/vpc/pricing/, as others quote it in 2026-09. */
  readonly regionalNatGatewayPerZoneHour: Price;
  readonly regionalNatGatewayPerGigabyte?: Price;
  readonly publicAddressPerHour: Price;
  readonly interfaceEndpointPerZoneHour: Price;
  readonly interfaceEndpointPerGigabyte: Price;
  readonly secretPerMonth: Price;
  readonly functionPerRequest: Price;
  readonly functionPerGibSecond: { readonly x86_64: Price; readonly arm64: Price };
  /** Written to CloudWatch Logs. */
  readonly logPerGigabyte: Price;
  readonly logStoragePerGibMonth: Price;
}

/** Its prices are used for a region that is not in `PRICES`. */
export const FALLBACK_REGION = 'us-east-1';

/** When AWS published the offers that several prices are from. */
const PUBLISHED = { rds: '2026-10-06', vpc: '2026-09-17', secrets: '2026-09-11' } as const;

const rds = (usd: number, usageType: string): Price => price(usd, `AmazonRDS ${usageType}`, PUBLISHED.rds);
const vpc = (usd: number, usageType: string): Price => price(usd, `AmazonVPC ${usageType}`, PUBLISHED.vpc);

const VIRGINIA: RegionPrices = {
  proxyPerVcpuHour: price(0.015, 'AmazonRDS USE1-RDS:ProxyUsage', '2026-08-12'),
  // As others quote the page; the line of the price list was not read.
  proxyPerAcuHour: price(0.015, 'https://aws.amazon.com/rds/proxy/pricing/', '2024-06'),
  instancePerHour: {
    't4g.small': {
      oneZone: rds(0.032, 'InstanceUsage:db.t4g.small'),
      twoZones: rds(0.065, 'Multi-AZUsage:db.t4g.small'),
    },
    't4g.medium': {
      oneZone: price(0.065, 'AmazonRDS InstanceUsage:db.t4g.medium', '2026-09-11'),
      twoZones: price(0.129, 'AmazonRDS Multi-AZUsage:db.t4g.medium', '2026-09-11'),
    },
  },
  storagePerGibMonth: {
    oneZone: rds(0.115, 'RDS:GP3-Storage'),
    twoZones: rds(0.23, 'RDS:Multi-AZ-GP3-Storage'),
  },
  backupPerGibMonth: rds(0.095, 'RDS:ChargedBackupUsage'),
  natGatewayPerHour: price(0.045, 'AmazonEC2 NatGateway-Hours', '2026-10-07'),
  natGatewayPerGigabyte: price(0.045, 'AmazonEC2 NatGateway-Bytes', '2026-10-07'),
  regionalNatGatewayPerZoneHour: price(0.045, 'AmazonEC2 RegionalNatGateway-Hours', '2026-09-04'),
  regionalNatGatewayPerGigabyte: price(0.045, 'AmazonEC2 USE1-RegionalNatGateway-Bytes', '2026-05-29'),
  publicAddressPerHour: vpc(0.005, 'USE1-PublicIPv4:InUseAddress'),
  interfaceEndpointPerZoneHour: vpc(0.01, 'USE1-VpcEndpoint-Hours'),
  interfaceEndpointPerGigabyte: vpc(0.01, 'USE1-VpcEndpoint-Bytes'),
  secretPerMonth: price(0.4, 'AWSSecretsManager USE1-AWSSecretsManager-Secrets', PUBLISHED.secrets),
  functionPerRequest: price(0.0000002, 'AWSLambda Request', '2026-08-31'),
  functionPerGibSecond: {
    x86_64: price(0.0000166667, 'AWSLambda Lambda-GB-Second', '2026-08-31'),
    arm64: price(0.0000133334, 'AWSLambda Lambda-GB-Second-ARM', '2026-08-31'),
  },
  logPerGigabyte: price(0.5, 'AmazonCloudWatch DataProcessing-Bytes', '2026-10-07'),
  logStoragePerGibMonth: price(0.03, 'AmazonCloudWatch TimedStorage-ByteHrs', '2026-10-07'),
};

const LONDON: RegionPrices = {
  proxyPerVcpuHour: rds(0.017, 'EUW2-RDS:ProxyUsage'),
  proxyPerAcuHour: rds(0.018, 'EUW2-RDS:Proxy-ASv2-Usage'),
  instancePerHour: { 't4g.small': { oneZone: rds(0.036, 'EUW2-InstanceUsage:db.t4g.small') } },
  storagePerGibMonth: { oneZone: rds(0.133, 'EUW2-RDS:GP3-Storage') },
  backupPerGibMonth: rds(0.1, 'EUW2-RDS:ChargedBackupUsage'),
  natGatewayPerHour: price(0.05, 'AmazonEC2 EUW2-NatGateway-Hours', '2026-09-25'),
  natGatewayPerGigabyte: price(0.05, 'AmazonEC2 EUW2-NatGateway-Bytes', '2026-09-25'),
  regionalNatGatewayPerZoneHour: price(0.05, 'AmazonEC2 EUW2-RegionalNatGateway-Hours', '2026-09-04'),
  publicAddressPerHour: vpc(0.005, 'EUW2-PublicIPv4:InUseAddress'),
  interfaceEndpointPerZoneHour: vpc(0.011, 'EUW2-VpcEndpoint-Hours'),
  interfaceEndpointPerGigabyte: vpc(0.01, 'EUW2-VpcEndpoint-Bytes'),
  secretPerMonth: price(0.4, 'AWSSecretsManager EUW2-AWSSecretsManager-Secrets', PUBLISHED.secrets),
  functionPerRequest: price(0.0000002, 'AWSLambda EUW2-Request', '2026-10-01'),
  functionPerGibSecond: {
    x86_64: price(0.0000166667, 'AWSLambda EUW2-Lambda-GB-Second', '2026-10-01'),
    arm64: price(0.0000133334, 'AWSLambda EUW2-Lambda-GB-Second-ARM', '2026-10-01'),
  },
  logPerGigabyte: price(0.5985, 'AmazonCloudWatch EUW2-DataProcessing-Bytes', '2026-09-22'),
  logStoragePerGibMonth: price(0.0315, 'AmazonCloudWatch EUW2-TimedStorage-ByteHrs', '2026-09-22'),
};

export const PRICES: Readonly<Record<string, RegionPrices>> = { [FALLBACK_REGION]: VIRGINIA, 'eu-west-2': LONDON };

/** The same in every region, whatever the answer. */
export const COST_EXPLORER_PER_REQUEST = price(
  0.01,
  'https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/',
  '2026-11',
);

/** The prices of a region, or those of `FALLBACK_REGION`, with the region that they are of. */
export function pricesOf(region: string): { readonly region: string; readonly prices: RegionPrices } {
  const prices = PRICES[region];
  return prices === undefined ? { region: FALLBACK_REGION, prices: VIRGINIA } : { region, prices };
}

function price(usd: number, source: string, date: string): Price {
  return { usd, source, date };
}
