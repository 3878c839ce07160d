/** Lists, for each guardrail, what breaks it, what is said, and what keeps it. */
import { secret } from '@aws-amplify/backend';
import {
  exampleEnvironment,
  existingInstance,
  proxyWithIam,
  proxyWithSecret,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { Names } from 'aws-cdk-lib';
import { CfnSecurityGroupEgress } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { COMPUTE_CASES } from './guardrail-compute-cases.js';
import {
  addFunction,
  addGroup,
  allowAction,
  allowConnect,
  type Case,
  functionOf,
  isolated,
  limited,
  overIpv6,
  REASON,
  roleOf,
  sqlFunctionOf,
  throughNat,
  withSubnets,
} from './guardrail-deployments.js';

export const CASES: readonly Case[] = [
  {
    guardrail: 'public-subnet',
    what: 'a function in public subnets',
    breaks: { environment: withSubnets('subnet-0a10000000000000a', 'subnet-0a10000000000000b') },
    problem:
      /orders-api-lambda\/Resource is in subnet-0a10000000000000a, subnet-0a10000000000000b, which has a route to an internet gateway/,
    keeps: { environment: withSubnets('subnet-0c30000000000000a', 'subnet-0c30000000000000b') },
  },
  {
    guardrail: 'public-subnet',
    what: 'an override that moves the function into a public subnet',
    breaks: {
      change: (backend) =>
        functionOf(backend).addPropertyOverride('VpcConfig.SubnetIds', [
          'subnet-0a10000000000000a',
          'subnet-0c30000000000000b',
        ]),
    },
    problem: /is in subnet-0a10000000000000a, which has a route/,
    keeps: {},
  },
  {
    guardrail: 'one-zone',
    what: 'a function in one availability zone',
    breaks: { vpc: isolated('10.20.0.0/24', ['eu-west-1a', 'eu-west-1a']) },
    problem: /is in subnet-00000000 in eu-west-1a, subnet-00000001 in eu-west-1a, and must be in 2 availability zones/,
    keeps: { vpc: isolated('10.20.0.0/24', ['eu-west-1a', 'eu-west-1b']) },
  },
  {
    guardrail: 'subnet-size',
    what: 'subnets without room for a proxy, a database and a function',
    breaks: {
      vpc: isolated('10.20.0.0/28', ['eu-west-1a', 'eu-west-1b']),
      environment: withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }),
    },
    problem:
      /subnet-00000000 is a \/28 with 11 addresses, and 14 are needed: functions 1, bootstrap 1, RDS Proxy 10, database 2/,
    keeps: {
      vpc: isolated('10.20.0.0/27', ['eu-west-1a', 'eu-west-1b']),
      environment: withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }),
    },
  },
  {
    guardrail: 'network-interface-policy',
    what: 'a role that may not create network interfaces',
    breaks: { change: (backend) => Object.assign(roleOf(backend), { managedPolicyArns: [] }) },
    problem:
      /orders-api-lambda\/Resource is in a VPC, and its role does not have AWSLambdaVPCAccessExecutionRole or ec2:CreateNetworkInterface/,
    keeps: {
      change: (backend) => {
        Object.assign(roleOf(backend), { managedPolicyArns: [] });
        backend['orders-api'].resources.lambda.addToRolePolicy(
          new PolicyStatement({ actions: ['ec2:CreateNetworkInterface'], resources: ['*'] }),
        );
      },
    },
  },
  {
    guardrail: 'undeclared-function',
    what: 'a function in the VPC that nobody declared',
    breaks: { change: (backend) => addFunction(backend, { vpcConfig: functionOf(backend).vpcConfig }) },
    problem: /reports\/Function is in the VPC, and amplify\/functions\/functions\.ts does not say/,
    keeps: { change: (backend) => addFunction(backend) },
  },
  {
    guardrail: 'extra-network-interfaces',
    what: 'a second function with a security group of its own',
    breaks: {
      environment: { ...exampleEnvironment, acknowledgements: [{ guardrail: 'undeclared-function', reason: REASON }] },
      change: (backend) =>
        addFunction(backend, {
          vpcConfig: { ...functionOf(backend).vpcConfig, securityGroupIds: ['sg-0fffffffffffffff0'] },
        }),
    },
    problem:
      /orders-api-lambda\/Resource, reports\/Function use 4 combinations of subnet and security groups, and 2 are enough/,
    keeps: {
      environment: { ...exampleEnvironment, acknowledgements: [{ guardrail: 'undeclared-function', reason: REASON }] },
      change: (backend) => addFunction(backend, { vpcConfig: functionOf(backend).vpcConfig }),
    },
  },
  {
    guardrail: 'open-egress',
    what: 'a group that lets everything out',
    breaks: { change: (backend) => addGroup(backend, { ipProtocol: '-1', cidrIp: '0.0.0.0/0' }) },
    problem: /reports\/Group lets out every protocol on every port to 0\.0\.0\.0\/0, and egress is 'none'/,
    keeps: {
      change: (backend) => addGroup(backend, { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '10.0.0.0/8' }),
    },
  },
  {
    guardrail: 'open-egress',
    what: 'a rule of its own that lets IPv6 out, on more than HTTPS, although there is a NAT gateway',
    breaks: {
      environment: throughNat(),
      change: (backend) =>
        new CfnSecurityGroupEgress(backend.createStack('reports'), 'Rule', {
          groupId: 'sg-0fffffffffffffff0',
          ipProtocol: 'tcp',
          fromPort: 0,
          toPort: 65_535,
          cidrIpv6: '::/0',
        }),
    },
    problem: /reports\/Rule lets out tcp on ports 0 to 65535 to ::\/0, and egress is 'nat'/,
    keeps: { environment: throughNat() },
  },
  {
    guardrail: 'open-egress',
    what: 'a group that lets IPv4 out, although egress goes over IPv6',
    breaks: {
      environment: overIpv6(),
      change: (backend) => addGroup(backend, { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0' }),
    },
    problem: /reports\/Group lets out tcp on ports 443 to 443 to 0\.0\.0\.0\/0, and egress is 'ipv6'/,
    keeps: {
      environment: overIpv6(),
      change: (backend) => addGroup(backend, { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv6: '::/0' }),
    },
  },
  {
    guardrail: 'ipv6-service',
    isWarning: true,
    what: 'a permission to call a service that is not known to answer over IPv6',
    breaks: { environment: overIpv6(), change: (backend) => allowAction(backend, 'dynamodb:GetItem') },
    problem:
      /orders-api-lambda\/Resource is allowed to call dynamodb, not known on \d{4}-\d\d-\d\d to answer over IPv6/,
    keeps: { environment: overIpv6(), change: (backend) => allowAction(backend, 'sqs:SendMessage') },
  },
  ...COMPUTE_CASES,
  {
    guardrail: 'wildcard-connect',
    what: 'the right to connect as any user',
    breaks: {
      change: (backend) =>
        allowConnect(backend, 'arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-0123456789abcdef0/*'),
    },
    problem: /ServiceRole\/DefaultPolicy\/Resource allows rds-db:connect on .*dbuser:prx-0123456789abcdef0\/\*/,
    keeps: {
      change: (backend) =>
        allowConnect(backend, 'arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-0123456789abcdef0/reader'),
    },
  },
  {
    guardrail: 'secret-in-vpc',
    what: 'a secret() in the environment of a function in the VPC',
    breaks: { change: (backend) => backend['orders-api'].addEnvironment('PAYMENT_KEY', secret('PAYMENT_KEY')) },
    problem: /orders-api-lambda\/Resource is in the VPC and fetches secret\(\) from SSM for PAYMENT_KEY/,
    keeps: { change: (backend) => backend['orders-api'].addEnvironment('PAYMENT_URL', 'https://payments.example') },
  },
  {
    guardrail: 'secret-in-vpc',
    what: 'an SQL data source that is sent to SSM past its own endpoint',
    breaks: {
      environment: withSqlDataSource(exampleEnvironment),
      change: (backend) =>
        sqlFunctionOf(backend)?.addPropertyOverride(
          'Environment.Variables.SSM_ENDPOINT',
          'ssm.eu-west-1.amazonaws.com',
        ),
    },
    problem: /SQLFunction\w+\/Resource is in the VPC and reads its secrets from SSM past its own endpoint/,
    keeps: { environment: withSqlDataSource(exampleEnvironment) },
  },
  {
    guardrail: 'physical-name',
    what: 'a function with a name of somebody’s own',
    breaks: { change: (backend) => Object.assign(functionOf(backend), { functionName: 'orders-api' }) },
    problem: /orders-api-lambda\/Resource has the FunctionName "orders-api" in every deployment/,
    keeps: {
      change: (backend) =>
        Object.assign(functionOf(backend), {
          functionName: Names.uniqueResourceName(functionOf(backend), { maxLength: 64 }),
        }),
    },
  },
  {
    guardrail: 'function-timeout',
    what: 'a resolver that may take longer than AppSync waits',
    breaks: { change: (backend) => Object.assign(functionOf(backend), { timeout: 60 }) },
    problem: /orders-api-lambda\/Resource may take 60 s, and AppSync waits 30 s/,
    keeps: { change: (backend) => addFunction(backend, { timeout: 900 }) },
  },
  {
    guardrail: 'connection-limit',
    what: 'more connections than a proxy admits',
    breaks: { environment: limited(141, withDatabase({ server: existingInstance, proxy: proxyWithSecret })) },
    problem: /One function x 141 concurrent requests x 1 connection make 141 connections, and 140 are admitted/,
    keeps: { environment: limited(140, withDatabase({ server: existingInstance, proxy: proxyWithSecret })) },
  },
  {
    guardrail: 'connection-limit',
    what: 'no connection left for the migrations',
    breaks: {
      environment: limited(
        200,
        withDatabase({ server: existingInstance, proxy: { kind: 'none' }, migrator: 'migrator' }),
      ),
    },
    problem: /x 1 connection, and one to migrate, make 201 connections, and 200 are admitted/,
    keeps: {
      environment: limited(
        199,
        withDatabase({ server: existingInstance, proxy: { kind: 'none' }, migrator: 'migrator' }),
      ),
    },
  },
  {
    guardrail: 'connection-limit',
    what: 'a database without a proxy, and no reservation',
    breaks: { environment: limited(undefined, withDatabase({ server: existingInstance, proxy: { kind: 'none' } })) },
    problem:
      /x 1000 concurrent requests \(the account’s limit: none are reserved\) x 1 connection make 1000 connections, and 200 are admitted/,
    keeps: { environment: limited(200, withDatabase({ server: existingInstance, proxy: { kind: 'none' } })) },
  },
  {
    guardrail: 'connection-limit',
    what: 'an SQL data source that takes a share of the same connections',
    breaks: {
      environment: withSqlDataSource(limited(101, withDatabase({ server: existingInstance, proxy: { kind: 'none' } }))),
    },
    problem: /2 functions x 101 concurrent requests x 1 connection make 202 connections, and 200 are admitted/,
    keeps: {
      environment: withSqlDataSource(limited(100, withDatabase({ server: existingInstance, proxy: { kind: 'none' } }))),
    },
  },
  {
    guardrail: 'data-loss',
    what: 'a sandbox that owns a database',
    breaks: { sandbox: true, environment: withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }) },
    problem:
      /networkAndDatabase\/Database\/Resource and all of its data are deleted with this deployment, without a snapshot/,
    keeps: { environment: withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }) },
  },
];
