/** Cases of the guardrails on compute that is no function of Lambda's own kind: connectors, web functions, managed instances. */
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnCapacityProvider } from 'aws-cdk-lib/aws-lambda';
import {
  addConnector,
  addFunction,
  addWebFunction,
  type Case,
  functionOf,
  onManagedInstances,
} from './guardrail-deployments.js';

export const COMPUTE_CASES: readonly Case[] = [
  {
    guardrail: 'network-connector',
    what: 'a network connector for web functions',
    breaks: { change: (backend) => addConnector(backend) },
    problem:
      /reports\/Connector, an AWS::Lambda::NetworkConnector, gives web functions and MicroVMs network interfaces in a VPC/,
    keeps: { change: (backend) => addWebFunction(backend) },
  },
  {
    guardrail: 'network-connector',
    what: 'a capacity provider of managed instances',
    breaks: {
      change: (backend) =>
        new CfnCapacityProvider(backend.createStack('reports'), 'Instances', {
          permissionsConfig: { capacityProviderOperatorRoleArn: 'arn:aws:iam::111122223333:role/instances' },
          vpcConfig: { securityGroupIds: ['sg-0fffffffffffffff0'], subnetIds: ['subnet-0c30000000000000a'] },
        }),
    },
    problem: /reports\/Instances, an AWS::Lambda::CapacityProvider, gives functions on managed instances network/,
    keeps: {},
  },
  {
    guardrail: 'concurrent-requests',
    what: 'the function with the database on managed instances',
    breaks: { change: (backend) => onManagedInstances(functionOf(backend)) },
    problem:
      /orders-api-lambda\/Resource runs on managed instances: one execution environment serves up to 64 requests for each vCPU at once, and its pool has one connection/,
    keeps: { change: (backend) => onManagedInstances(functionOf(backend), 1) },
  },
  {
    guardrail: 'concurrent-requests',
    what: 'a function of somebody’s own on managed instances that may connect',
    breaks: {
      change: (backend) => {
        const fn = onManagedInstances(addFunction(backend), 8);
        const role = fn.stack.node.findChild('Role') as Role;
        role.addToPolicy(
          new PolicyStatement({
            actions: ['rds-db:connect'],
            resources: ['arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-0123456789abcdef0/app'],
          }),
        );
      },
    },
    problem: /reports\/Function runs on managed instances: one execution environment serves up to 8 requests at once/,
    keeps: { change: (backend) => onManagedInstances(addFunction(backend), 8) },
  },
  {
    guardrail: 'concurrent-requests',
    what: 'a web function with a way into a VPC',
    breaks: {
      change: (backend) =>
        addWebFunction(backend, 'arn:aws:lambda:eu-west-1:111122223333:network-connector:nc-0123456789abcdef0:1'),
    },
    problem: /reports\/Revision is a web function with a network connector: .* up to 64 requests at once/,
    keeps: { change: (backend) => addWebFunction(backend) },
  },
];
