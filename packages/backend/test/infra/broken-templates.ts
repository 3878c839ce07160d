/** Edits of the example's templates, each of which must not be deployed, and the problem that it is. */
import { expect } from 'vitest';
import type { EditableTemplates } from './editable-templates.js';

interface BrokenTemplate {
  readonly what: string;
  readonly edit: (templates: EditableTemplates) => void;
  readonly problem: { readonly path: unknown; readonly got: unknown };
  /** Another edit of the list takes back what this one does. */
  readonly isUndone?: boolean;
}

const LAMBDA = 'AWS::Lambda::Function';

const orders = (templates: EditableTemplates) => templates.find(LAMBDA, 'ordersapilambda');
const variables = (templates: EditableTemplates) => orders(templates).Environment.Variables;
const group = (templates: EditableTemplates) => templates.find('AWS::EC2::SecurityGroup', 'FunctionSecurityGroup');
const role = (templates: EditableTemplates) => templates.find('AWS::IAM::Role', 'ordersapilambda');

const EGRESS = expect.stringMatching(/^FunctionSecurityGroup\w*: SecurityGroupEgress$/);
const ELSEWHERE = { DestinationSecurityGroupId: 'sg-0fffffffffffffff0' };

const addEgress =
  (port: number, peer: object) =>
  (templates: EditableTemplates): void => {
    group(templates).SecurityGroupEgress.push({ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...peer });
  };

const addVariable =
  (name: string, value: unknown) =>
  (templates: EditableTemplates): void => {
    variables(templates)[name] = value;
  };

const HIDDEN = 'a value, not shown here';
const variable = (name: string) => `orders-api: Environment.Variables.${name}`;

export const BROKEN_TEMPLATES: readonly BrokenTemplate[] = [
  {
    what: 'a function with the database outside the VPC',
    edit: (templates) => {
      orders(templates).VpcConfig = undefined;
    },
    problem: { path: 'orders-api: VpcConfig', got: 'nothing' },
    isUndone: true,
  },
  {
    what: 'a function without the database in the VPC',
    edit: (templates) =>
      templates.add('Uninvited', LAMBDA, { VpcConfig: structuredClone(orders(templates).VpcConfig) }),
    problem: { path: 'Uninvited: VpcConfig', got: 'a place in the VPC' },
  },
  {
    what: 'a function in one subnet',
    edit: (templates) => {
      orders(templates).VpcConfig.SubnetIds = ['subnet-0c30000000000000a'];
    },
    problem: { path: 'orders-api: VpcConfig.SubnetIds', got: 'subnet-0c30000000000000a in eu-west-1a' },
    isUndone: true,
  },
  {
    what: 'a function in one Availability Zone',
    edit: (templates) => {
      orders(templates).VpcConfig.SubnetIds = ['subnet-0c30000000000000a', 'subnet-0b20000000000000a'];
    },
    problem: {
      path: 'orders-api: VpcConfig.SubnetIds',
      got: 'subnet-0c30000000000000a in eu-west-1a, subnet-0b20000000000000a in eu-west-1a',
    },
    isUndone: true,
  },
  {
    what: 'a function in public subnets',
    edit: (templates) => {
      orders(templates).VpcConfig.SubnetIds = ['subnet-0c30000000000000a', 'subnet-0a10000000000000b'];
    },
    problem: {
      path: 'orders-api: VpcConfig.SubnetIds',
      got: 'subnet-0a10000000000000b, which has a route to an internet gateway',
    },
  },
  {
    what: 'a database in a created subnet with a route to an internet gateway',
    edit: (templates) => {
      templates.add('Subnet', 'AWS::EC2::Subnet', { AvailabilityZone: 'eu-west-1a' });
      templates.add('Table', 'AWS::EC2::SubnetRouteTableAssociation', {
        SubnetId: { Ref: 'Subnet' },
        RouteTableId: { Ref: 'RouteTable' },
      });
      templates.add('RouteTable', 'AWS::EC2::RouteTable', {});
      templates.add('Route', 'AWS::EC2::Route', { RouteTableId: { Ref: 'RouteTable' }, GatewayId: { Ref: 'Gateway' } });
      templates.add('DatabaseSubnets', 'AWS::RDS::DBSubnetGroup', { SubnetIds: [{ Ref: 'Subnet' }] });
    },
    problem: { path: 'DatabaseSubnets: SubnetIds', got: 'Subnet, which has a route to an internet gateway' },
  },
  {
    what: 'egress to everywhere',
    edit: addEgress(443, { CidrIp: '0.0.0.0/0' }),
    problem: { path: EGRESS, got: 'tcp 443 to 0.0.0.0/0' },
  },
  {
    what: 'egress to a service that the environment does not name',
    edit: addEgress(443, { DestinationPrefixListId: 'pl-6da54004' }),
    problem: { path: EGRESS, got: 'tcp 443 to pl-6da54004' },
  },
  {
    what: 'egress on another port, in a resource of its own',
    edit: (templates) =>
      templates.add('MoreEgress', 'AWS::EC2::SecurityGroupEgress', {
        GroupId: orders(templates).VpcConfig.SecurityGroupIds[0],
        IpProtocol: 'tcp',
        FromPort: 22,
        ToPort: 22,
        ...ELSEWHERE,
      }),
    problem: { path: EGRESS, got: 'tcp 22 to sg-0fffffffffffffff0' },
  },
  {
    what: 'egress on every port',
    edit: (templates) => {
      group(templates).SecurityGroupEgress.push({ IpProtocol: '-1', ...ELSEWHERE });
    },
    problem: { path: EGRESS, got: 'every protocol every port to sg-0fffffffffffffff0' },
  },
  {
    what: 'egress to an address range on the port of the database',
    edit: addEgress(5432, { CidrIp: '10.0.0.0/8' }),
    problem: { path: EGRESS, got: 'tcp 5432 to 10.0.0.0/8' },
  },
  {
    what: 'a security group without the port of the database',
    edit: (templates) => {
      group(templates).SecurityGroupEgress = [{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' }];
    },
    problem: { path: EGRESS, got: 'no rule for the port of the database, tcp 5432' },
    isUndone: true,
  },
  {
    what: 'a security group without an egress rule, which EC2 opens',
    edit: (templates) => {
      group(templates).SecurityGroupEgress = undefined;
    },
    problem: { path: EGRESS, got: 'no rule inside the security group' },
    isUndone: true,
  },
  {
    what: 'a rule that admits the world',
    edit: (templates) =>
      templates.add('World', 'AWS::EC2::SecurityGroupIngress', {
        IpProtocol: 'tcp',
        FromPort: 5432,
        ToPort: 5432,
        CidrIpv6: '::/0',
      }),
    problem: { path: 'World: ingress', got: 'tcp 5432 from ::/0' },
  },
  {
    what: 'a security group that admits the world',
    edit: (templates) =>
      templates.add('OpenGroup', 'AWS::EC2::SecurityGroup', {
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, CidrIp: '0.0.0.0/0' }],
      }),
    problem: { path: 'OpenGroup: ingress', got: 'tcp 5432 from 0.0.0.0/0' },
  },
  {
    what: 'a function with the database and without permission to connect',
    edit: (templates) => {
      templates.find('AWS::IAM::Policy', 'ordersapilambdaServiceRoleDefault').PolicyDocument.Statement = [];
    },
    problem: { path: 'orders-api: rds-db:connect', got: 'no permission' },
    isUndone: true,
  },
  {
    what: 'permission to connect as any user',
    edit: (templates) => templates.allow('rds-db:connect', 'arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-01/*'),
    problem: {
      path: expect.stringMatching(/^ordersapilambdaServiceRole\w+: rds-db:connect$/),
      got: 'arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-01/*',
    },
  },
  {
    what: 'permission for every resource',
    edit: (templates) => templates.allow('ses:SendEmail', '*'),
    problem: { path: 'orders-api: ses:SendEmail', got: 'every resource: *' },
  },
  {
    what: 'permission for every action of a service',
    edit: (templates) => templates.allow('s3:*', 'arn:aws:s3:::invoices/*'),
    problem: { path: 'orders-api: s3:*', got: 'every action: s3:*' },
  },
  {
    what: 'permission for every action in a role’s own policy',
    edit: (templates) => {
      const Statement = [
        { Effect: 'Allow', Action: ['dynamodb:*'], Resource: ['arn:aws:dynamodb:eu-west-1:1:table/t'] },
      ];
      role(templates).Policies = [{ PolicyDocument: { Statement } }];
    },
    problem: { path: 'orders-api: dynamodb:*', got: 'every action: dynamodb:*' },
  },
  {
    what: 'a policy of AWS that permits everything',
    edit: (templates) => {
      role(templates).ManagedPolicyArns.push('arn:aws:iam::aws:policy/AdministratorAccess');
    },
    problem: { path: 'orders-api: ManagedPolicyArns', got: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  {
    what: 'a database with a public address',
    edit: (templates) => templates.add('Db', 'AWS::RDS::DBInstance', { PubliclyAccessible: true }),
    problem: { path: 'Db: PubliclyAccessible', got: 'true' },
  },
  {
    what: 'a function URL without authorization',
    edit: (templates) => templates.add('FunctionUrl', 'AWS::Lambda::Url', { AuthType: 'NONE' }),
    problem: { path: 'FunctionUrl: AuthType', got: 'NONE' },
  },
  {
    what: 'a function that everyone can invoke',
    edit: (templates) =>
      templates.add('Everyone', 'AWS::Lambda::Permission', { Principal: '*', FunctionName: 'orders-api' }),
    problem: { path: 'Everyone: Principal', got: '*, for orders-api' },
  },
  {
    what: 'a role that every account can take',
    edit: (templates) => {
      role(templates).AssumeRolePolicyDocument.Statement.push({ Effect: 'Allow', Principal: { AWS: '*' } });
    },
    problem: { path: 'orders-api: AssumeRolePolicyDocument', got: 'Principal *' },
  },
  {
    what: 'a variable with a password by its name',
    edit: addVariable('DATABASE_PASSWORD', 'hunter2'),
    problem: { path: variable('DATABASE_PASSWORD'), got: HIDDEN },
  },
  {
    what: 'a variable that CloudFormation fills in from Secrets Manager',
    edit: addVariable('CONNECTION', '{{resolve:secretsmanager:orders}}'),
    problem: { path: variable('CONNECTION'), got: 'a secret that CloudFormation fills in' },
  },
  {
    what: 'a variable with a password inside a URL',
    edit: addVariable('DATABASE_URL', 'postgres://app:hunter2@db.example.com/app'),
    problem: { path: expect.stringMatching(/\.DATABASE_URL$/), got: 'a password inside a URL' },
  },
  {
    what: 'an access key in a description',
    edit: (templates) => {
      orders(templates).Description = 'Uses AKIAIOSFODNN7EXAMPLE';
    },
    problem: { path: expect.stringMatching(/\.Properties\.Description$/), got: 'an AWS access key' },
  },
  {
    what: 'a private key in metadata',
    edit: (templates) => {
      templates.root.Metadata = { key: '-----BEGIN RSA PRIVATE KEY-----' };
    },
    problem: { path: expect.stringMatching(/\.Metadata\.key$/), got: 'a private key' },
  },
  {
    what: 'a password as a property',
    edit: (templates) => templates.add('Server', 'AWS::RDS::DBCluster', { MasterUserPassword: 'hunter2' }),
    problem: { path: expect.stringMatching(/\.Server\.Properties\.MasterUserPassword$/), got: HIDDEN },
  },
  {
    what: 'a token in an output',
    edit: (templates) => {
      templates.root.Outputs.Token = { Value: `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0xyz'}.c2lnbmF0dXJl` };
    },
    problem: { path: expect.stringMatching(/\.Outputs\.Token\.Value$/), got: 'a JSON Web Token' },
  },
  {
    what: 'stacks that wait for each other',
    edit: ({ root }) => {
      const [network, fn] = ['networkAndDatabase', 'function'].map((name) =>
        Object.keys(root.Resources).find((id) => id.startsWith(name)),
      );
      root.Resources[String(network)].DependsOn = [fn];
    },
    problem: {
      path: expect.stringMatching(/^amplify-.*\.template\.json$/),
      got: expect.stringMatching(/^a circular dependency: (\w+) -> .*\1$/),
    },
  },
];
