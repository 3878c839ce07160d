/** What can be wrong with security groups, endpoints and NAT. */
import {
  DeleteNatGatewayCommand,
  DeleteVpcEndpointsCommand,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Breakage, CLUSTER, CREATED, DIRECT, ENDPOINTS, EXISTING, inAnswerOf, UNDEPLOYED } from './breakage.js';
import type { BuiltAccount, Clients } from './build-account.js';
import type { BuiltNetwork } from './built-network.js';

type End = keyof BuiltNetwork['groups'];

/** Takes one end of a rule away. */
function revoke(direction: 'in' | 'out', of: End, peer: End, port: number) {
  return ({ ec2 }: Clients, { network: { groups } }: BuiltAccount): Promise<unknown> => {
    const IpPermissions = [
      { IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{ GroupId: groups[peer] }] },
    ];
    const input = { GroupId: groups[of], IpPermissions };
    return direction === 'in'
      ? ec2.send(new RevokeSecurityGroupIngressCommand(input))
      : ec2.send(new RevokeSecurityGroupEgressCommand(input));
  };
}

function ends(
  shapes: readonly Breakage['shape'][],
  check: Breakage['check'],
  from: End,
  to: End,
  port: number,
): readonly Breakage[] {
  return shapes.flatMap((shape): Breakage[] => [
    {
      name: `${from} may not send to ${to}`,
      shape,
      change: revoke('out', from, to, port),
      check,
      problem: new RegExp(`^sg-\\w+ permits nothing out to sg-\\w+ on TCP ${port}\\.$`),
      fix: new RegExp(`^aws ec2 authorize-security-group-egress .*FromPort=${port},ToPort=${port},UserIdGroupPairs=`),
    },
    {
      name: `${to} may not receive from ${from}`,
      shape,
      change: revoke('in', to, from, port),
      check,
      problem: new RegExp(`^sg-\\w+ permits nothing in from sg-\\w+ on TCP ${port}\\.$`),
      fix: new RegExp(
        `^aws ec2 authorize-security-group-ingress --group-id sg-\\w+ --protocol tcp --port ${port} --source-group sg-`,
      ),
    },
  ]);
}

const withProxyGroup = (environment: Environment, id: string): Environment =>
  ({
    ...environment,
    database: {
      ...environment.database,
      proxy: { ...environment.database.proxy, securityGroup: { id, rules: 'add' } },
    },
  }) as Environment;

const groups: readonly Breakage[] = [
  ...ends([EXISTING, UNDEPLOYED, ENDPOINTS, CLUSTER, CREATED], 'functions-to-proxy', 'functions', 'proxy', 5432),
  ...ends([EXISTING, ENDPOINTS, CLUSTER], 'proxy-to-database', 'proxy', 'database', 5432),
  ...ends([DIRECT], 'functions-to-database', 'functions', 'database', 5432),
  ...ends([ENDPOINTS], 'functions-to-endpoints', 'functions', 'endpoints', 443),
  {
    name: 'a group that is not the proxy’s',
    shape: EXISTING,
    recipe: { environment: (environment, network) => withProxyGroup(environment, network.groups.database) },
    check: 'groups',
    problem: /database\.proxy\.securityGroup names sg-\w+, and the proxy has sg-/,
    fix: /Write id: 'sg-/,
  },
  {
    name: 'a group that does not exist',
    shape: DIRECT,
    recipe: {
      environment: (environment) =>
        ({
          ...environment,
          network: { ...environment.network, functionSecurityGroup: { id: 'sg-0123456789abcdef0', rules: 'print' } },
        }) as Environment,
    },
    check: 'groups',
    problem: /network\.functionSecurityGroup names sg-0123456789abcdef0, which is not in the VPC/,
    fix: /describe-security-groups/,
  },
];

const deleteEndpoint =
  (service: string) =>
  ({ ec2 }: Clients, { network }: BuiltAccount) =>
    ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [network.endpoints[service] ?? ''] }));

const egress: readonly Breakage[] = [
  {
    name: 'an interface endpoint that was deleted',
    shape: ENDPOINTS,
    change: deleteEndpoint('sqs'),
    check: 'interface-endpoints',
    problem: /The VPC has no endpoint of sqs/,
    fix: /remove existing from sqs/,
  },
  {
    name: 'an interface endpoint that nobody has accepted',
    shape: ENDPOINTS,
    rewrite: inAnswerOf(
      'DescribeVpcEndpoints',
      /<state>available<\/state>(?=(?:(?!<\/item><item><vpcEndpointId>).)*Interface)/gs,
      '<state>pendingAcceptance</state>',
    ),
    check: 'interface-endpoints',
    problem: /\(sqs\) is pendingAcceptance/,
    fix: /describe-vpc-endpoints --vpc-endpoint-ids vpce-/,
  },
  {
    name: 'an endpoint without private DNS',
    shape: ENDPOINTS,
    rewrite: inAnswerOf('DescribeVpcEndpoints', /<privateDnsEnabled>true/g, '<privateDnsEnabled>false'),
    check: 'private-dns',
    problem: /\.sqs\) has no private DNS/,
    fix: /modify-vpc-endpoint --vpc-endpoint-id vpce-\w+ --private-dns-enabled/,
  },
  {
    name: 'a gateway endpoint that was deleted',
    shape: ENDPOINTS,
    change: deleteEndpoint('s3'),
    check: 'gateway-endpoints',
    problem: /The VPC has no endpoint of s3/,
    fix: /Deploy|deploy again/i,
  },
  {
    name: 'a gateway endpoint that is not in the subnets’ route table',
    shape: ENDPOINTS,
    change: ({ ec2 }, { network }) =>
      ec2.send(
        new ModifyVpcEndpointCommand({
          VpcEndpointId: network.endpoints.s3,
          RemoveRouteTableIds: [network.routeTable],
        }),
      ),
    check: 'gateway-endpoints',
    problem: /\(s3\) is not in rtb-\w+ of the functions' subnets/,
    fix: /--add-route-table-ids rtb-/,
  },
  {
    name: 'no rule to the addresses of S3',
    shape: ENDPOINTS,
    change: ({ ec2 }, { network }) =>
      ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId: network.groups.functions,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId: 'pl-6da54004' }] },
          ],
        }),
      ),
    check: 'gateway-endpoints',
    problem: /permits no HTTPS out to the prefix list of s3/,
    fix: /describe-managed-prefix-lists/,
  },
  {
    name: 'a NAT gateway that was deleted',
    shape: CLUSTER,
    change: ({ ec2 }, { network }) => ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: network.natGateway })),
    check: 'nat',
    problem: /leads to nat-\w+, which is (deleted|not there)|leads to nat-\w+ that is gone/,
    fix: /replace-route --route-table-id rtb-/,
  },
  {
    name: 'no rule to the internet',
    shape: CLUSTER,
    change: ({ ec2 }, { network }) =>
      ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId: network.groups.functions,
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    check: 'nat',
    problem: /permits no HTTPS out to 0\.0\.0\.0\/0/,
    fix: /authorize-security-group-egress .*CidrIp=0\.0\.0\.0\/0/,
  },
  ...([EXISTING, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'a function with secret() and no way to SSM',
      shape,
      recipe: { functionVariables: { AMPLIFY_SSM_ENV_CONFIG: '{"KEY":{"path":"/amplify/x"}}' } },
      check: 'secrets-of-functions',
      problem: /orders-api uses secret\(\), and the VPC has no way to SSM/,
      fix: /service: 'ssm'/,
    }),
  ),
];

export const GROUP_BREAKAGES: readonly Breakage[] = [...groups, ...egress];
