/** Makes the network of a recipe in moto: VPC, subnets, routes, groups and ways out. */
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  type EC2Client,
  ModifyVpcAttributeCommand,
  RevokeSecurityGroupEgressCommand,
} from '@aws-sdk/client-ec2';
import type { NetworkIds, Recipe } from './recipe.js';

export interface BuiltNetwork extends NetworkIds {
  readonly vpc: string;
  readonly publicSubnet: string;
  readonly routeTable: string;
  readonly publicRouteTable: string;
  readonly natGateway: string | undefined;
  readonly endpoints: Readonly<Record<string, string>>;
}

export async function buildNetwork(ec2: EC2Client, region: string, recipe: Recipe): Promise<BuiltNetwork> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.77.0.0/16' }));
  const vpc = Vpc?.VpcId ?? '';
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
  const subnets: string[] = [];
  for (const [index, zone] of recipe.zones.entries()) {
    subnets.push(await createSubnet(ec2, vpc, region + zone, `10.77.${100 + index}.0/24`));
  }
  const publicSubnet = await createSubnet(ec2, vpc, `${region}a`, '10.77.0.0/24');
  const routeTable = await createRouteTable(ec2, vpc, subnets);
  const publicRouteTable = await createRouteTable(ec2, vpc, [publicSubnet]);
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const gateway = InternetGateway?.InternetGatewayId ?? '';
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc }));
  const DestinationCidrBlock = '0.0.0.0/0';
  await ec2.send(new CreateRouteCommand({ RouteTableId: publicRouteTable, DestinationCidrBlock, GatewayId: gateway }));
  const natGateway = recipe.egress === 'nat' ? await createNat(ec2, publicSubnet) : undefined;
  if (natGateway !== undefined) {
    await ec2.send(
      new CreateRouteCommand({ RouteTableId: routeTable, DestinationCidrBlock, NatGatewayId: natGateway }),
    );
  }
  const groups = await createGroups(ec2, vpc, recipe);
  const endpoints =
    recipe.egress === 'endpoints' ? await createEndpoints(ec2, region, vpc, subnets, routeTable, groups.endpoints) : {};
  return { vpc, subnets, publicSubnet, routeTable, publicRouteTable, groups, natGateway, endpoints };
}

async function createSubnet(ec2: EC2Client, vpc: string, zone: string, cidr: string): Promise<string> {
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: cidr, AvailabilityZone: zone }));
  return Subnet?.SubnetId ?? '';
}

async function createRouteTable(ec2: EC2Client, vpc: string, subnets: readonly string[]): Promise<string> {
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpc }));
  const table = RouteTable?.RouteTableId ?? '';
  for (const SubnetId of subnets) await ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId }));
  return table;
}

async function createNat(ec2: EC2Client, subnet: string): Promise<string> {
  const { AllocationId = '' } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnet, AllocationId }));
  return NatGateway?.NatGatewayId ?? '';
}

/** As the backend makes them: nothing in and out but what is written down. */
async function createGroups(ec2: EC2Client, vpc: string, { proxy, egress }: Recipe): Promise<BuiltNetwork['groups']> {
  const create = async (name: string) => {
    const { GroupId = '' } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpc }),
    );
    await ec2.send(
      new RevokeSecurityGroupEgressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
    );
    return GroupId;
  };
  const groups = {
    functions: await create('functions'),
    proxy: await create('proxy'),
    database: await create('database'),
    endpoints: await create('endpoints'),
  };
  const allow = async (from: string, to: string, port: number) => {
    const rule = (GroupId: string) => [
      { IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{ GroupId }] },
    ];
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: from, IpPermissions: rule(to) }));
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: to, IpPermissions: rule(from) }));
  };
  if (proxy === 'none') await allow(groups.functions, groups.database, 5432);
  else {
    await allow(groups.functions, groups.proxy, 5432);
    await allow(groups.proxy, groups.database, 5432);
  }
  if (egress === 'endpoints') {
    await allow(groups.functions, groups.endpoints, 443);
    await allowOut(ec2, groups.functions, { PrefixListIds: [{ PrefixListId: 'pl-6da54004' }] });
  }
  if (egress === 'nat') await allowOut(ec2, groups.functions, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
  return groups;
}

async function allowOut(ec2: EC2Client, GroupId: string, peer: object): Promise<void> {
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...peer }];
  await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
}

async function createEndpoints(
  ec2: EC2Client,
  region: string,
  VpcId: string,
  SubnetIds: string[],
  routeTable: string,
  group: string,
): Promise<Readonly<Record<string, string>>> {
  const common = { VpcId };
  const { VpcEndpoint: sqs } = await ec2.send(
    new CreateVpcEndpointCommand({
      ...common,
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.${region}.sqs`,
      SubnetIds,
      SecurityGroupIds: [group],
      PrivateDnsEnabled: true,
    }),
  );
  const { VpcEndpoint: s3 } = await ec2.send(
    new CreateVpcEndpointCommand({
      ...common,
      VpcEndpointType: 'Gateway',
      ServiceName: `com.amazonaws.${region}.s3`,
      RouteTableIds: [routeTable],
    }),
  );
  return { sqs: sqs?.VpcEndpointId ?? '', s3: s3?.VpcEndpointId ?? '' };
}
