/** Changes of the database and of the proxy in front of it. */
import { MIGRATOR_SECRET_ARN } from '@vpc-postgres/testing/support/environments.js';
import type { DatabaseSettings } from '../../../src/configuration/database-settings.js';
import { type Change, change, editing, group, onProxy } from './change.js';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/app-AbC123';

/** An edit of the secrets with which a new proxy logs in to a server that exists. */
const onSecrets =
  (edit: object, others: object = {}) =>
  ({ proxy, server }: DatabaseSettings) =>
    proxy.kind === 'new' && proxy.auth.kind === 'secret' && server?.kind !== 'new'
      ? { proxy: { ...proxy, auth: { ...proxy.auth, ...edit } }, ...others }
      : undefined;

const withMigrator = editing(
  'database',
  onSecrets({ migratorSecretArn: MIGRATOR_SECRET_ARN }, { migrator: 'migrator' }),
);
const withProxyGroup = editing('database', onProxy('new', { securityGroup: group('b') }));

export const databaseChanges: readonly Change[] = [
  change('database', 'database.name', 'renamed', () => ({ name: 'shop' })),
  change('database', 'database.user', 'to another user', () => ({ user: 'web' })),
  change('database', 'database.migrator', 'added', () => ({ migrator: 'migrator' })),
  change('database', 'database.proxy.kind', "to 'none'", ({ proxy }) =>
    proxy.kind === 'new' ? { proxy: { kind: 'none' } } : undefined,
  ),
  change('database', 'database.proxy.kind', "to 'new'", ({ proxy }) =>
    proxy.kind === 'none' ? { proxy: { kind: 'new', auth: { kind: 'iam' } } } : undefined,
  ),
  change('database', 'database.proxy.auth.kind', "'secret' to 'iam'", ({ proxy }) =>
    proxy.kind === 'new' && proxy.auth.kind === 'secret' ? { proxy: { ...proxy, auth: { kind: 'iam' } } } : undefined,
  ),
  change('database', 'database.proxy.auth.kind', "'iam' to 'secret'", ({ proxy, server }) =>
    proxy.kind === 'new' && proxy.auth.kind === 'iam' && server?.kind === 'new'
      ? { proxy: { ...proxy, auth: { kind: 'secret' } } }
      : undefined,
  ),
  change('database', 'database.proxy.auth.secretArn', 'to another secret', onSecrets({ secretArn: OTHER_SECRET })),
  change(
    'database',
    'database.proxy.auth.migratorSecretArn',
    'to another secret',
    onSecrets({ migratorSecretArn: OTHER_SECRET }),
    withMigrator,
  ),
  change('database', 'database.proxy.auth.kmsKeyArn', 'added', onSecrets({ kmsKeyArn: KEY })),
  change('database', 'database.proxy.securityGroup', 'added', onProxy('new', { securityGroup: group('b') })),
  change(
    'database',
    'database.proxy.securityGroup.id',
    'to another group',
    onProxy('existing', { securityGroup: group('b') }),
  ),
  change('database', 'database.proxy.securityGroup.rules', "'add' to 'print'", ({ proxy }) =>
    proxy.kind === 'existing'
      ? { proxy: { ...proxy, securityGroup: { ...proxy.securityGroup, rules: 'print' } } }
      : undefined,
  ),
  change(
    'database',
    'database.proxy.securityGroup.rules',
    "'add' to 'print', of a new proxy",
    onProxy('new', { securityGroup: group('b', 'print') }),
    withProxyGroup,
  ),
  change(
    'database',
    'database.proxy.proxyArn',
    'to another proxy',
    onProxy('existing', { proxyArn: 'arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0fedcba9876543210' }),
  ),
  change(
    'database',
    'database.proxy.endpoint',
    'to another endpoint',
    onProxy('existing', { endpoint: 'shop.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com' }),
  ),
  change('database', 'database.proxy.proxyName', 'added', onProxy('existing', { proxyName: 'orders' })),
  change(
    'database',
    'database.proxy.maxDatabaseConnections',
    'added',
    onProxy('existing', { maxDatabaseConnections: 100 }),
  ),
  change('database', 'database.proxy.maxConnectionsPercent', '70 to 50', onProxy('new', { maxConnectionsPercent: 50 })),
  change('database', 'database.proxy.borrowTimeoutSeconds', '5 to 3', onProxy('new', { borrowTimeoutSeconds: 3 })),
  change(
    'database',
    'database.proxy.idleClientTimeoutMinutes',
    '5 to 10',
    onProxy('new', { idleClientTimeoutMinutes: 10 }),
  ),
];
