/** Egress over IPv6, which is free of charge: a range for the functions' subnets, and a gateway that lets nothing in. */
import { ContextProvider, Fn, type Stack } from 'aws-cdk-lib';
import {
  CfnEgressOnlyInternetGateway,
  CfnSubnet,
  CfnVPCCidrBlock,
  type ISubnet,
  RouterType,
  type Subnet,
  type Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ContextProvider as Provider } from 'aws-cdk-lib/cloud-assembly-schema';
import { ConfigurationError } from '../configuration/configuration-error.js';
import { refuseFailedLookup } from './lookup-stack.js';

const EVERYWHERE = '::/0';

/** The bits that are left of 128 for the addresses of a subnet: EC2 takes a /64. */
const SUBNET_BITS = '64';

/**
 * Gives a created VPC a range of Amazon's, and the subnets a part of it and a route. The database's subnets get neither.
 * @param subnets Those of the functions.
 */
export function openIpv6(vpc: Vpc, subnets: readonly ISubnet[]): void {
  const range = new CfnVPCCidrBlock(vpc, 'Ipv6Range', { vpcId: vpc.vpcId, amazonProvidedIpv6CidrBlock: true });
  const gateway = new CfnEgressOnlyInternetGateway(vpc, 'EgressOnlyInternetGateway', { vpcId: vpc.vpcId });
  const ranges = Fn.cidr(Fn.select(0, vpc.vpcIpv6CidrBlocks), subnets.length, SUBNET_BITS);
  for (const [index, subnet] of subnets.entries()) {
    const resource = subnet.node.findChild('Subnet');
    if (!(resource instanceof CfnSubnet)) throw new Error(`${subnet.node.path} has no AWS::EC2::Subnet.`);
    resource.ipv6CidrBlock = Fn.select(index, ranges);
    resource.addResourceDependency(range);
    (subnet as Subnet).addRoute('Ipv6Route', {
      destinationIpv6CidrBlock: EVERYWHERE,
      routerType: RouterType.EGRESS_ONLY_INTERNET_GATEWAY,
      routerId: gateway.attrId,
      enablesInternetConnectivity: true,
    });
  }
}

/**
 * Lambda refuses a function with IPv6 in a subnet without an IPv6 range, minutes into the deployment. The route to an
 * egress-only internet gateway is the VPC owner's, and is not looked up.
 * @param subnets Of a VPC that exists, and has been looked up.
 * @throws ConfigurationError for the subnets without a range.
 */
export function requireIpv6Ranges(lookupStack: Stack, subnets: readonly ISubnet[]): void {
  const without = subnets.filter(({ subnetId }) => rangesOf(lookupStack, subnetId).length === 0);
  if (without.length === 0) return;
  throw new ConfigurationError("The subnets cannot be used with egress { kind: 'ipv6' }.", [
    {
      path: 'network.subnets',
      got: `${without.map(({ subnetId }) => subnetId).join(', ')} without an IPv6 range`,
      expected: `an IPv6 range on each subnet of the functions, and a route for ${EVERYWHERE} to an egress-only internet gateway`,
      fix: "add both (docs/environments.md#egress), choose other subnets, or another egress; where the VPC has changed, remove the subnets' entries from cdk.context.json",
    },
  ]);
}

/** One, invented, until AWS has answered: the deployment synthesizes again with the real ones. */
function rangesOf(lookupStack: Stack, subnetId: string): readonly string[] {
  const { value } = ContextProvider.getValue(lookupStack, {
    provider: Provider.CC_API_PROVIDER,
    props: { typeName: 'AWS::EC2::Subnet', exactIdentifier: subnetId, propertiesToReturn: ['Ipv6CidrBlocks'] },
    dummyValue: [{ Ipv6CidrBlocks: ['2001:db8::/64'] }],
  });
  refuseFailedLookup(lookupStack, {
    path: 'network.egress',
    got: `the IPv6 range of ${subnetId}`,
    fix: 'allow ec2:DescribeSubnets and cloudformation:GetResource, or pin the lookup',
  });
  const [subnet] = value as readonly { readonly Ipv6CidrBlocks: readonly string[] }[];
  return subnet?.Ipv6CidrBlocks ?? [];
}
