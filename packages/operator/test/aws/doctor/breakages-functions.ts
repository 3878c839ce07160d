/** What can be wrong with the functions, the account's limits and the alarms. */
import {
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import {
  DeleteFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { type Breakage, CLUSTER, CREATED, DIRECT, ENDPOINTS, EXISTING, inAnswerOf } from './breakage.js';
import { ALARM, FUNCTION } from './build-account.js';

const reserve =
  (ReservedConcurrentExecutions: number): NonNullable<Breakage['change']> =>
  ({ lambda }) =>
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: FUNCTION, ReservedConcurrentExecutions }));

const functions: readonly Breakage[] = [
  {
    name: 'functions that lost their network interfaces',
    shape: EXISTING,
    rewrite: inAnswerOf('/configuration', /"State": ?"Active"/g, '"State":"Inactive"'),
    check: 'functions',
    severity: 'warning',
    problem: /is Inactive: unused for 14 days/,
    fix: /^aws lambda invoke --function-name/,
  },
  {
    name: 'functions that could not be made',
    shape: CLUSTER,
    rewrite: inAnswerOf(
      '/configuration',
      /"State": ?"Active"/g,
      '"State":"Failed","StateReason":"No address is left."',
    ),
    check: 'functions',
    problem: /has failed\. No address is left\./,
    fix: /deploy again/,
  },
  {
    name: 'a function in another subnet',
    shape: EXISTING,
    change: ({ lambda }, { network }) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: FUNCTION,
          VpcConfig: {
            SubnetIds: [...network.subnets, network.publicSubnet],
            SecurityGroupIds: [network.groups.functions],
          },
        }),
      ),
    check: 'function-network',
    problem: /orders-api is in subnet-\w+, which the environment does not choose/,
    fix: /Deploy again/,
  },
  ...([EXISTING, CREATED, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'a function with another host',
      shape,
      recipe: { functionVariables: { DATABASE_HOST: 'old.example.com' } },
      check: 'function-environment',
      problem: /orders-api has DATABASE_HOST=old\.example\.com, and the environment says orders/,
      fix: /Deploy again/,
    }),
  ),
  {
    name: 'a function with another database',
    shape: ENDPOINTS,
    recipe: { functionVariables: { DATABASE_NAME: 'postgres' } },
    check: 'function-environment',
    problem: /DATABASE_NAME=postgres, and the environment says app/,
    fix: /Deploy again/,
  },
  {
    name: 'a function as the master user',
    shape: CLUSTER,
    recipe: { functionVariables: { DATABASE_USER: 'postgres' } },
    check: 'function-environment',
    problem: /DATABASE_USER=postgres, and the environment says app or migrator/,
    fix: /Deploy again/,
  },
  ...([EXISTING, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'a function that ends before its query',
      shape,
      recipe: { functionTimeoutSeconds: 10 },
      check: 'function-timeouts',
      problem: /orders-api ends after 10 s, and waits up to 12 s/,
      fix: /timeoutSeconds: 15/,
    }),
  ),
  {
    name: 'a function that outlasts AppSync',
    shape: ENDPOINTS,
    recipe: { functionTimeoutSeconds: 60 },
    check: 'function-timeouts',
    severity: 'warning',
    problem: /can take 60 s, and AppSync waits 30 s/,
    fix: /30 or less/,
  },
  {
    name: 'a reservation that was changed',
    shape: EXISTING,
    change: reserve(10),
    check: 'function-concurrency',
    problem: /has 10 reserved executions, and the environment says 50/,
    fix: /Deploy again/,
  },
  {
    name: 'a function that was switched off',
    shape: CREATED,
    change: reserve(0),
    check: 'function-concurrency',
    problem: /reservation of 0/,
    fix: /Deploy again/,
  },
  {
    name: 'a reservation that was removed',
    shape: ENDPOINTS,
    change: ({ lambda }) => lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: FUNCTION })),
    check: 'function-concurrency',
    problem: /has no reserved executions, and the environment says 50/,
    fix: /Deploy again/,
  },
  {
    name: 'no bound without a proxy',
    shape: DIRECT,
    recipe: { reservedConcurrency: undefined },
    check: 'function-concurrency',
    problem: /nothing bounds how many run/,
    fix: /reservedConcurrency: 20/,
  },
  {
    name: 'a runtime that has ended',
    shape: CLUSTER,
    recipe: { functionRuntime: 'nodejs20.x' },
    check: 'function-runtime',
    severity: 'warning',
    problem: /orders-api runs on nodejs20\.x/,
    fix: /runtime: 24/,
  },
  ...([EXISTING, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'a function without rds-db:connect',
      shape,
      standIns: { decide: (resource) => (resource.endsWith('/app') ? 'implicitDeny' : 'allowed') },
      check: 'function-logins',
      problem:
        /IAM answers implicitDeny when function orders-api logs in as app: arn:aws:rds-db:eu-west-1:111122223333:dbuser:(prx|db)-\w+\/app/i,
      fix: /permit rds-db:connect on arn:.* to orders-api-role/,
    }),
  ),
  {
    name: 'a policy that denies rds-db:connect',
    shape: CREATED,
    standIns: {
      decide: (resource) => (resource.includes(':prx-') && resource.endsWith('/migrator') ? 'explicitDeny' : 'allowed'),
    },
    check: 'function-logins',
    problem: /IAM answers explicitDeny when function migrations logs in as migrator/,
    fix: /list-attached-role-policies --role-name migrations-role/,
  },
  ...([CLUSTER, CREATED] as const).map(
    (shape): Breakage => ({
      name: 'a proxy without rds-db:connect',
      shape,
      standIns: { decide: (resource) => (resource.includes(':prx-') ? 'allowed' : 'implicitDeny') },
      check: 'proxy-logins',
      problem: /when the proxy logs in as (app|migrator): arn:aws:rds-db:/,
      fix: /to proxy-role/,
    }),
  ),
];

const limits: readonly Breakage[] = [
  {
    name: 'an account with little concurrency',
    shape: EXISTING,
    standIns: { concurrentExecutions: 100 },
    check: 'concurrency-quota',
    problem: /100 concurrent executions: too few to reserve 50 and leave 100/,
    fix: /request-service-quota-increase --service-code lambda/,
  },
  {
    name: 'a group that is full',
    shape: ENDPOINTS,
    // Of the other quotas moto knows none.
    rewrite: ({ action }, body) =>
      action === 'GetServiceQuota' ? body.replace(/"Value": ?60(\.0)?/, '"Value":1') : body,
    check: 'rule-quota',
    problem: /sg-\w+ has 1 ingress rules, of 1 at most/,
    fix: /describe-security-group-rules/,
  },
  {
    name: 'a VPC full of network interfaces of Lambda',
    shape: EXISTING,
    change: ({ ec2 }, { network }) =>
      ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: network.subnets[0], Groups: [network.groups.functions] })),
    // Lambda alone makes one of its type.
    rewrite: inAnswerOf(
      'DescribeNetworkInterfaces',
      '<interfaceType>interface</interfaceType>',
      '<interfaceType>lambda</interfaceType>',
    ),
    answer: quota('lambda', 'L-9FEE3D26', 1),
    check: 'interface-quota',
    problem: /Lambda has 1 network interfaces in the VPC, of 1 at most/,
    fix: /request-service-quota-increase --service-code lambda --quota-code L-9FEE3D26/,
  },
  {
    name: 'an account with no room for the proxy that a deployment makes',
    shape: ENDPOINTS,
    recipe: { deployed: false },
    answer: quota('rds', 'L-D94C7EA3', 1),
    check: 'proxy-quota',
    problem: /The account has 1 proxies in the region, of 1 at most/,
    fix: /request-service-quota-increase --service-code rds --quota-code L-D94C7EA3/,
  },
];

/** The answer of Service Quotas, in the form of its API: moto knows the quotas of VPC alone. */
function quota(ServiceCode: string, QuotaCode: string, Value: number): NonNullable<Breakage['answer']> {
  return ({ action, json }) => {
    if (action !== 'GetServiceQuota' || JSON.parse(json).QuotaCode !== QuotaCode) return undefined;
    const Quota = { ServiceCode, QuotaCode, Value, Adjustable: true, GlobalQuota: false };
    return { contentType: 'application/x-amz-json-1.1', body: JSON.stringify({ Quota }) };
  };
}

const alarmOn = (functionName: string): PutMetricAlarmCommandInput => ({
  AlarmName: ALARM,
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: functionName }],
  EvaluationPeriods: 1,
  Period: 300,
  Threshold: 3,
  Statistic: 'Sum',
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:alarms'],
});

const alarms: readonly Breakage[] = [
  {
    name: 'alarms that are gone',
    shape: EXISTING,
    change: ({ cloudwatch }) => cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [ALARM, 'ProxyAuthFailures'] })),
    check: 'alarms',
    problem: /asks for alarms, and the deployment has none/,
    fix: /Deploy again/,
  },
  {
    name: 'an alarm that rings',
    shape: EXISTING,
    change: ({ cloudwatch }) =>
      cloudwatch.send(new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: 'ALARM', StateReason: 'errors' })),
    check: 'alarms',
    severity: 'warning',
    problem: /orders-api-Errors is in ALARM/,
    fix: /describe-alarm-history --alarm-name orders-api-Errors/,
  },
  {
    name: 'an alarm whose actions are off',
    shape: EXISTING,
    // moto fails at DisableAlarmActions, which sets the same.
    change: ({ cloudwatch }) =>
      cloudwatch.send(new PutMetricAlarmCommand({ ...alarmOn(FUNCTION), ActionsEnabled: false })),
    check: 'alarm-actions',
    problem: /The actions of orders-api-Errors are switched off/,
    fix: /^aws cloudwatch enable-alarm-actions --alarm-names orders-api-Errors$/,
  },
  {
    name: 'an alarm on a function that does not exist',
    shape: EXISTING,
    change: ({ cloudwatch }) => cloudwatch.send(new PutMetricAlarmCommand(alarmOn('gone'))),
    check: 'alarm-data',
    problem: /orders-api-Errors watches the function gone/,
    fix: /proxyName|deploy/,
  },
];

export const FUNCTION_BREAKAGES: readonly Breakage[] = [...functions, ...limits, ...alarms];
