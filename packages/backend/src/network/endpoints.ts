/** VPC endpoints: a way to an AWS service that does not leave the VPC. */
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type ISubnet,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { EndpointEgressSettings, GatewayEndpointSettings } from '../configuration/network-settings.js';
import type { Network } from './network.js';

const GATEWAY_SERVICES: Record<GatewayEndpointSettings['service'], GatewayVpcEndpointAwsService> = {
  s3: GatewayVpcEndpointAwsService.S3,
  dynamodb: GatewayVpcEndpointAwsService.DYNAMODB,
};

/** A route in the route tables of the functions' subnets. */
export function createGatewayEndpoint(
  scope: Construct,
  { vpc, functionSubnets }: Network,
  service: GatewayEndpointSettings['service'],
): void {
  new GatewayVpcEndpoint(scope, `GatewayEndpoint-${service}`, {
    vpc,
    service: GATEWAY_SERVICES[service],
    subnets: [{ subnets: [...functionSubnets] }],
  });
}

/** @param service As `ssm`: the name without `com.amazonaws.` and the region. */
export function createInterfaceEndpoint(
  scope: Construct,
  { vpc, functionSubnets }: Network,
  service: string,
  zones: NonNullable<EndpointEgressSettings['zones']>,
  securityGroup: ISecurityGroup,
): void {
  new InterfaceVpcEndpoint(scope, `InterfaceEndpoint-${service}`, {
    vpc,
    service: new InterfaceVpcEndpointAwsService(service),
    subnets: { subnets: oneOfEachZone(functionSubnets).slice(0, zones === 'one' ? 1 : undefined) },
    securityGroups: [securityGroup],
    // The rule to it is written with the other rules, and names the functions' group instead of the whole VPC.
    open: false,
    privateDnsEnabled: true,
  });
}

/** An interface endpoint takes one subnet of a zone. */
export function oneOfEachZone(subnets: readonly ISubnet[]): ISubnet[] {
  return [...new Map(subnets.toReversed().map((subnet) => [subnet.availabilityZone, subnet])).values()].toReversed();
}
