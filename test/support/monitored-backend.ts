/**
 * A backend with everything that monitoring touches, in the stacks where it is when deployed: Amplify's function reads the
 * proxy's endpoint from another stack, and monitoring reads the names of both. A module, because a backend declares itself
 * while it loads.
 */
import { defineBackend } from '@aws-amplify/backend';
import { CfnDBProxy } from 'aws-cdk-lib/aws-rds';
import { ordersApi } from '../../amplify/functions/orders-api/resource.js';
import { createLogGroup } from '../../amplify/monitoring/log-group.js';
import { createMonitoring } from '../../amplify/monitoring/monitoring.js';

const backend = defineBackend({ ordersApi });

const proxy = new CfnDBProxy(backend.createStack('networkAndDatabase'), 'Proxy', {
  dbProxyName: 'orders',
  engineFamily: 'POSTGRESQL',
  roleArn: 'arn:aws:iam::111122223333:role/orders-proxy',
  vpcSubnetIds: ['subnet-0000000a', 'subnet-0000000b'],
  auth: [{ iamAuth: 'REQUIRED', secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbC123' }],
  requireTls: true,
});

const { lambda, cfnResources } = backend.ordersApi.resources;
backend.ordersApi.addEnvironment('DATABASE_HOST', proxy.attrEndpoint);
const monitored = {
  name: 'orders-api',
  function: lambda,
  cfnFunction: cfnResources.cfnFunction,
  timeoutSeconds: 15,
  reservedConcurrency: 50,
};
createLogGroup(monitored, { retentionDays: 30, keepLogs: true });
createMonitoring(
  backend.createStack('monitoring'),
  { alarmEmails: ['on-call@example.com'] },
  { functions: [monitored], proxy: { proxyName: proxy.ref }, database: { instanceIdentifier: 'orders-db' } },
);
