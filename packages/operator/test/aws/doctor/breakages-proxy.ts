/** What can be wrong with the proxy. */
import { DeregisterDBProxyTargetsCommand, ModifyDBProxyTargetGroupCommand } from '@aws-sdk/client-rds';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { DatabaseSettings, ExistingProxySettings } from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Breakage, CLUSTER, CREATED, ENDPOINTS, EXISTING, inAnswerOf, UNDEPLOYED } from './breakage.js';
import type { BuiltAccount, Clients } from './build-account.js';

const withProxy = (environment: Environment, change: Partial<ExistingProxySettings>): Environment => ({
  ...environment,
  database: { ...environment.database, proxy: { ...environment.database.proxy, ...change } } as DatabaseSettings,
});

const pool =
  (ConnectionPoolConfig: { MaxConnectionsPercent?: number; ConnectionBorrowTimeout?: number }) =>
  ({ rds }: Clients, { database: { proxy } }: BuiltAccount) =>
    rds.send(
      new ModifyDBProxyTargetGroupCommand({
        DBProxyName: proxy?.DBProxyName,
        TargetGroupName: 'default',
        ConnectionPoolConfig: { MaxConnectionsPercent: 70, ConnectionBorrowTimeout: 5, ...ConnectionPoolConfig },
      }),
    );

const unavailable = (shape: Breakage['shape'], reason: string, problem: RegExp, fix: RegExp): Breakage => ({
  name: `a target that is ${reason}`,
  shape,
  rewrite: inAnswerOf(
    'DescribeDBProxyTargets',
    '<State>AVAILABLE</State>',
    `<State>UNAVAILABLE</State><Reason>${reason}</Reason><Description>In AWS's words.</Description>`,
  ),
  check: 'proxy-targets',
  problem,
  fix,
});

const auth = (IAMAuth: string) => inAnswerOf('DescribeDBProxies', /<IAMAuth>REQUIRED/g, `<IAMAuth>${IAMAuth}`);
const elsewhere = /<VpcId>vpc-\w+/g;

export const PROXY_BREAKAGES: readonly Breakage[] = [
  {
    name: 'a proxy that does not exist',
    shape: UNDEPLOYED,
    recipe: {
      environment: (environment) =>
        withProxy(environment, { proxyArn: 'arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0other' }),
    },
    check: 'proxy',
    problem: /no proxy arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0other in eu-west-1/,
    fix: /describe-db-proxies/,
  },
  {
    name: 'an endpoint that is not the proxy’s',
    shape: UNDEPLOYED,
    recipe: { environment: (environment) => withProxy(environment, { endpoint: 'database.example.com' }) },
    check: 'proxy',
    problem: /endpoint is database\.example\.com, and the proxy's is orders\..*rejected/,
    fix: /Write endpoint: 'orders\./,
  },
  {
    name: 'a proxy that is not ready',
    shape: CREATED,
    rewrite: inAnswerOf('DescribeDBProxies', '<Status>available', '<Status>incompatible-network'),
    check: 'proxy',
    problem: /orders is incompatible-network/,
    fix: /describe-db-proxies --db-proxy-name orders/,
  },
  {
    name: 'a proxy for MySQL',
    shape: EXISTING,
    recipe: { proxyInput: { EngineFamily: 'MYSQL' } },
    check: 'proxy',
    problem: /orders is for MYSQL/,
    fix: /PostgreSQL/,
  },
  {
    name: 'a proxy and a database in another VPC',
    shape: UNDEPLOYED,
    rewrite: (request, body) =>
      ['DescribeDBProxies', 'DescribeDBInstances'].includes(request.action)
        ? body.replaceAll(elsewhere, '<VpcId>vpc-0123456789abcdef0')
        : body,
    check: 'proxy-vpc',
    problem: /orders is in vpc-0123456789abcdef0, and the functions are in vpc-/,
    fix: /Write vpc: \{ id: 'vpc-0123456789abcdef0' \}/,
  },
  ...([EXISTING, ENDPOINTS, CLUSTER] as const).map(
    (shape): Breakage => ({
      name: 'a proxy without TLS',
      shape,
      recipe: { proxyInput: { RequireTLS: false } },
      check: 'proxy-tls',
      problem: /orders does not require TLS/,
      fix: /^aws rds modify-db-proxy --db-proxy-name orders --require-tls$/,
    }),
  ),
  {
    name: 'a proxy that takes passwords alone',
    shape: EXISTING,
    rewrite: auth('DISABLED'),
    check: 'proxy-iam',
    problem: /IAM is DISABLED for orders\/(app|migrator)/,
    fix: /IAMAuth=REQUIRED/,
  },
  {
    name: 'a proxy that takes passwords too',
    shape: ENDPOINTS,
    rewrite: auth('ENABLED'),
    check: 'proxy-iam',
    severity: 'warning',
    problem: /IAM is ENABLED for orders\/(app|migrator)/,
    fix: /IAMAuth=REQUIRED/,
  },
  {
    name: 'a proxy that lets nobody in',
    shape: CREATED,
    rewrite: inAnswerOf('DescribeDBProxies', '<DefaultAuthScheme>IAM_AUTH', '<DefaultAuthScheme>NONE'),
    check: 'proxy-iam',
    problem: /neither secrets nor the scheme IAM_AUTH/,
    fix: /--default-auth-scheme IAM_AUTH/,
  },
  {
    name: 'a proxy without the secret of migrator',
    shape: EXISTING,
    rewrite: inAnswerOf('DescribeDBProxies', /<member>(?:(?!<member>).)*?orders\/migrator.*?<\/member>/gs, ''),
    check: 'proxy-users',
    problem: /orders has 1 of the 2 secrets that app and migrator need/,
    fix: /modify-db-proxy --db-proxy-name orders --auth/,
  },
  {
    name: 'a new proxy that lost a secret by hand',
    shape: ENDPOINTS,
    rewrite: inAnswerOf('DescribeDBProxies', /<member>(?:(?!<member>).)*?orders\/migrator.*?<\/member>/gs, ''),
    check: 'proxy-users',
    problem: /orders does not use orders\/migrator-/,
    fix: /Deploy again/,
  },
  ...([EXISTING, ENDPOINTS] as const).map(
    (shape): Breakage => ({
      name: 'a secret that was deleted',
      shape,
      change: ({ secrets }, { database }) =>
        secrets.send(new DeleteSecretCommand({ SecretId: database.secrets[0], ForceDeleteWithoutRecovery: true })),
      check: 'proxy-secrets',
      problem: /There is no secret orders\/app-/,
      fix: /list-secrets/,
    }),
  ),
  {
    name: 'a secret that is to be deleted',
    shape: EXISTING,
    change: ({ secrets }, { database }) =>
      secrets.send(new DeleteSecretCommand({ SecretId: database.secrets[1], RecoveryWindowInDays: 7 })),
    check: 'proxy-secrets',
    problem: /orders\/migrator-\w+ is to be deleted/,
    fix: /restore-secret --secret-id arn:/,
  },
  {
    name: 'a proxy without a target',
    shape: EXISTING,
    change: ({ rds }) =>
      rds.send(
        new DeregisterDBProxyTargetsCommand({
          DBProxyName: 'orders',
          TargetGroupName: 'default',
          DBInstanceIdentifiers: ['orders-db'],
        }),
      ),
    check: 'proxy-targets',
    problem: /orders has no target/,
    fix: /register-db-proxy-targets/,
  },
  unavailable(
    EXISTING,
    'AUTH_FAILURE',
    /AUTH_FAILURE: the proxy cannot log in.*In AWS's words/,
    /runbook\.md#auth-failures/,
  ),
  unavailable(CLUSTER, 'UNREACHABLE', /UNREACHABLE: no packet arrives/, /Network ACLs/),
  unavailable(CREATED, 'CONNECTION_FAILED', /CONNECTION_FAILED: the database is there/, /pg_stat_activity/),
  {
    name: 'a proxy of others that waits longer than a function',
    shape: EXISTING,
    change: pool({ ConnectionBorrowTimeout: 120 }),
    check: 'proxy-timeouts',
    severity: 'warning',
    problem: /waits 120 s for a connection, and a function 8 s for a query/,
    fix: /ConnectionBorrowTimeout=5/,
  },
  {
    name: 'a proxy of its own that waits longer than a function',
    shape: CREATED,
    change: pool({ ConnectionBorrowTimeout: 10 }),
    check: 'proxy-timeouts',
    problem: /waits 10 s/,
    fix: /ConnectionBorrowTimeout=5/,
  },
  {
    name: 'a proxy that closes clients early',
    shape: ENDPOINTS,
    recipe: { proxyInput: { IdleClientTimeout: 20 } },
    check: 'proxy-timeouts',
    problem: /closes an idle client after 20 s/,
    fix: /--idle-client-timeout 300/,
  },
  {
    name: 'a proxy that takes every connection',
    shape: CLUSTER,
    change: pool({ MaxConnectionsPercent: 100 }),
    check: 'proxy-share',
    severity: 'warning',
    problem: /can take 100 % of the connections/,
    fix: /MaxConnectionsPercent=70/,
  },
  ...([EXISTING, ENDPOINTS, CLUSTER, CREATED] as const).map(
    (shape): Breakage => ({
      name: 'more functions than connections',
      shape,
      recipe: { maxConnections: 60 },
      check: 'proxy-share',
      problem: /Functions can run 50 times at once, and orders can open 42 connections \(70 % of 60\)/,
      fix: /reservedConcurrency/,
    }),
  ),
];
