/** Prepares AWS accounts in moto (bootstrapped for the CDK, and with a VPC), and reads what was uploaded to them. */
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** One account and region, as a client of the AWS SDK needs them. */
export interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

export interface CreatedVpc {
  readonly id: string;
  /** Ids of the subnets without a route to the internet, in the order of their zones. */
  readonly isolatedSubnets: readonly string[];
}

/** Credentials of an account in moto, which issues them to every caller. */
export async function signIn(account: string, endpoint: string, region: string): Promise<Access> {
  const anybody = { accessKeyId: 'anybody', secretAccessKey: 'anything' };
  const { Credentials: issued } = await new STSClient({ endpoint, region, credentials: anybody }).send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/developer`, RoleSessionName: 'developer' }),
  );
  const credentials = {
    accessKeyId: given(issued?.AccessKeyId),
    secretAccessKey: given(issued?.SecretAccessKey),
    sessionToken: given(issued?.SessionToken),
  };
  return { endpoint, region, credentials };
}

/** What `cdk bootstrap` leaves behind, as far as ampx asks for it. Its roles need not be: moto lets any be assumed. */
export async function bootstrap(account: string, access: Access): Promise<void> {
  await new SSMClient(access).send(
    new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' }),
  );
  await new S3Client(access).send(
    new CreateBucketCommand({
      Bucket: assetBucket(account, access.region),
      ...(access.region !== 'us-east-1' && {
        CreateBucketConfiguration: { LocationConstraint: access.region as BucketLocationConstraint },
      }),
    }),
  );
}

/** A VPC with a public and an isolated subnet in each of the zones, such as `a` and `b`. */
export async function createVpc(zones: readonly string[], access: Access): Promise<CreatedVpc> {
  const ec2 = new EC2Client(access);
  const id = given((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.77.0.0/16' }))).Vpc?.VpcId);
  const publicRoutes = await createRouteToInternet(ec2, id);
  const createSubnet = async (zone: string, cidr: string) => {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: id, CidrBlock: cidr, AvailabilityZone: access.region + zone }),
    );
    return given(Subnet?.SubnetId);
  };

  const isolatedSubnets: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const publicSubnet = await createSubnet(zone, `10.77.${index}.0/24`);
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: publicRoutes, SubnetId: publicSubnet }));
    isolatedSubnets.push(await createSubnet(zone, `10.77.${100 + index}.0/24`));
  }
  return { id, isolatedSubnets };
}

async function createRouteToInternet(ec2: EC2Client, vpcId: string): Promise<string> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const gateway = given(InternetGateway?.InternetGatewayId);
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpcId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const table = given(RouteTable?.RouteTableId);
  await ec2.send(
    new CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway }),
  );
  return table;
}

/** The templates in the account's asset bucket, by key. */
export async function uploadedTemplates(account: string, access: Access): Promise<Map<string, string>> {
  const s3 = new S3Client(access);
  const Bucket = assetBucket(account, access.region);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = Contents.map(({ Key = '' }) => Key).filter((key) => key.endsWith('.json'));
  const texts = keys.map(async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return [Key, (await Body?.transformToString()) ?? ''] as const;
  });
  return new Map(await Promise.all(texts));
}

const assetBucket = (account: string, region: string) => `cdk-hnb659fds-assets-${account}-${region}`;

/** The SDK's types allow for an absent answer. */
function given(value: string | undefined): string {
  if (value === undefined) throw new Error('moto left out what it was asked to create.');
  return value;
}
