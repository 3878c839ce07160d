/** The form of an environment's database. What proxy and server must have in common: database-consistency.ts. */
import { z } from 'zod/v4';
import { existingSecurityGroup, text, wholeNumber } from './schema-values.js';

/** As many as PostgreSQL's `max_connections` can be. */
const connections = wholeNumber(1, 262_143);

const endpoint = text(/^[a-z][a-z0-9-]*(\.endpoint)?\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/);

const existingProxy = z.strictObject({
  kind: z.literal('existing'),
  proxyArn: text(/^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:db-proxy:prx-[0-9a-z]+$/),
  endpoint,
  readOnlyEndpoint: endpoint.optional(),
  securityGroup: existingSecurityGroup,
  proxyName: databaseIdentifier().optional(),
  maxDatabaseConnections: connections.optional(),
});

const proxyAuth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('iam') }),
  z.strictObject({
    kind: z.literal('secret'),
    secretArn: secretArn().optional(),
    migratorSecretArn: secretArn().optional(),
    kmsKeyArn: text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-z-]+$/).optional(),
  }),
]);

const newProxy = z.strictObject({
  kind: z.literal('new'),
  auth: proxyAuth,
  securityGroup: existingSecurityGroup.optional(),
  readOnlyEndpoint: z.boolean().optional(),
  maxConnectionsPercent: wholeNumber(1, 100).optional(),
  borrowTimeoutSeconds: wholeNumber(0, 7).optional(),
  idleClientTimeoutMinutes: wholeNumber(1, 480).optional(),
});

const existingServer = {
  securityGroup: existingSecurityGroup,
  endpoint: text(/^[a-z][a-z0-9-]*\.([a-z0-9-]+\.)+rds\.amazonaws\.com(\.cn)?$/).optional(),
  port: wholeNumber(1150, 65_535).optional(),
  maxConnections: connections.optional(),
};

const server = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('instance'),
    instanceIdentifier: databaseIdentifier(),
    resourceId: text(/^db-[A-Z0-9]{8,64}$/).optional(),
    ...existingServer,
  }),
  z.strictObject({
    kind: z.literal('cluster'),
    clusterIdentifier: databaseIdentifier(),
    resourceId: text(/^cluster-[A-Z0-9]{8,64}$/).optional(),
    ...existingServer,
  }),
  z.strictObject({
    kind: z.literal('created'),
    instanceType: text(/^[a-z][a-z0-9]*\.([a-z]+|\d*xlarge)$/).optional(),
    allocatedStorageGiB: wholeNumber(20, 65_536).optional(),
    multiAz: z.boolean().optional(),
    backupRetentionDays: wholeNumber(1, 35).optional(),
    maxConnections: wholeNumber(20, 5000).optional(),
  }),
]);

export const databaseSchema = z.strictObject({
  name: postgresName(),
  // A wildcard here would become a wildcard in the IAM policy that lets the functions connect.
  user: postgresName(),
  migrator: postgresName().optional(),
  proxy: z.discriminatedUnion('kind', [existingProxy, newProxy, z.strictObject({ kind: z.literal('none') })]),
  server: server.optional(),
});

/** 63 bytes is PostgreSQL's own limit (NAMEDATALEN). */
function postgresName() {
  return text(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/);
}

function databaseIdentifier() {
  return text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/);
}

function secretArn() {
  return text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/);
}
