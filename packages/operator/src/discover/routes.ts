/**
 * Which kind of subnet a route table makes of it, by the rules of the CDK's own lookup, so that both agree on what `isolated`
 * means. @see https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/context-providers/vpcs.ts
 */
import type { Route, RouteTable, Subnet } from '@aws-sdk/client-ec2';
import type { SubnetKind } from './found.js';

const BY_TAG: Readonly<Record<string, SubnetKind>> = {
  Public: 'public',
  Private: 'withEgress',
  Isolated: 'isolated',
};

export class Routes {
  readonly #tables: readonly RouteTable[];

  constructor(tables: readonly RouteTable[]) {
    this.#tables = tables;
  }

  /** Its own, or the main one of its VPC. */
  tableOf({ SubnetId, VpcId }: Subnet): RouteTable | undefined {
    return (
      this.#tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === SubnetId)) ??
      this.#tables.find((table) => table.VpcId === VpcId && table.Associations?.some(({ Main }) => Main === true))
    );
  }

  kindOf(subnet: Subnet): SubnetKind {
    const tagged = BY_TAG[subnet.Tags?.find(({ Key }) => Key === 'aws-cdk:subnet-type')?.Value ?? ''];
    if (tagged !== undefined) return tagged;
    const routes = this.tableOf(subnet)?.Routes ?? [];
    if (subnet.MapPublicIpOnLaunch === true || routes.some(isToInternetGateway)) return 'public';
    return routes.some(isToEverywhere) ? 'withEgress' : 'isolated';
  }
}

const isToInternetGateway = ({ GatewayId = '' }: Route) => GatewayId.startsWith('igw-');

const isToEverywhere = ({ DestinationCidrBlock, NatGatewayId, TransitGatewayId }: Route) =>
  DestinationCidrBlock === '0.0.0.0/0' && (NatGatewayId !== undefined || TransitGatewayId !== undefined);
