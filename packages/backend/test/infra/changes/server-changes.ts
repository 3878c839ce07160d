/** Changes of the server that the proxy or the functions connect to. */
import { DATABASE_GROUP, existingCluster, existingInstance } from '@vpc-postgres/testing/support/environments.js';
import { type Change, change, editing, group, onServer } from './change.js';

const EXISTING_SERVERS = ['instance', 'cluster'];
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';

const onExisting = (edit: object) => onServer(EXISTING_SERVERS, edit);
const withMasterUser = editing(
  'database',
  onExisting({ masterSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b2c3d-AbC123' }),
);

export const serverChanges: readonly Change[] = [
  change('database', 'database.server.kind', "'new' to 'instance'", ({ server }) =>
    server?.kind === 'new' ? { server: existingInstance } : undefined,
  ),
  change('database', 'database.server.kind', "'instance' to 'cluster'", ({ server }) =>
    server?.kind === 'instance' ? { server: existingCluster } : undefined,
  ),
  change('database', 'database.server.kind', "'instance' to 'new'", ({ server }) =>
    server?.kind === 'instance' ? { server: { kind: 'new' } } : undefined,
  ),
  { field: 'database.server.masterSecretArn', change: 'added', apply: withMasterUser },
  change(
    'database',
    'database.server.masterSecretKmsKeyArn',
    'added',
    onExisting({ masterSecretKmsKeyArn: KEY }),
    withMasterUser,
  ),
  change(
    'database',
    'database.server.masterUsername',
    "'postgres' to 'root'",
    onExisting({ masterUsername: 'root' }),
    withMasterUser,
  ),
  change('database', 'database.server.port', '5432 to 6543', onExisting({ port: 6543 })),
  change(
    'database',
    'database.server.endpoint',
    'to another endpoint',
    onExisting({ endpoint: 'shop-db.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com' }),
  ),
  change(
    'database',
    'database.server.resourceId',
    'to another instance',
    onServer(['instance'], { resourceId: 'db-ZYXWVUTSRQPONMLKJIHGFEDCBA' }),
  ),
  change('database', 'database.server.securityGroup.id', 'to another group', onExisting({ securityGroup: group('c') })),
  change(
    'database',
    'database.server.securityGroup.rules',
    "'add' to 'print'",
    onExisting({ securityGroup: { id: DATABASE_GROUP, rules: 'print' } }),
  ),
  change(
    'database',
    'database.server.instanceIdentifier',
    'to another instance',
    onServer(['instance'], { instanceIdentifier: 'shop-db' }),
  ),
  change(
    'database',
    'database.server.clusterIdentifier',
    'to another cluster',
    onServer(['cluster'], { clusterIdentifier: 'shop-cluster' }),
  ),
  change('database', 'database.server.maxConnections', '200 to 300', onExisting({ maxConnections: 300 })),
  change('database', 'database.server.maxConnections', '100 to 200', onServer(['new'], { maxConnections: 200 })),
  change(
    'database',
    'database.server.instanceType',
    "to 'm7g.large'",
    onServer(['new'], { instanceType: 'm7g.large' }),
  ),
  change(
    'database',
    'database.server.allocatedStorageGiB',
    '20 to 100',
    onServer(['new'], { allocatedStorageGiB: 100 }),
  ),
  change('database', 'database.server.multiAz', 'to true', onServer(['new'], { multiAz: true })),
  change('database', 'database.server.backupRetentionDays', '7 to 14', onServer(['new'], { backupRetentionDays: 14 })),
  change('database', 'database.server.deletionProtection', 'to true', onServer(['new'], { deletionProtection: true })),
];
