/** A new RDS Proxy: TLS and IAM for every client; for itself a token too, or the password of a secret. */
import { createHash } from 'node:crypto';
import { Duration, Stack } from 'aws-cdk-lib';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnDBProxyTargetGroup, DatabaseProxy, DefaultAuthScheme } from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DatabaseSettings, NewProxySettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import { rootStackOf } from '../network/root-stack.js';
import type { SecurityGroupRef } from '../network/security-group-rules.js';
import type { Bootstrap } from './bootstrap/bootstrap.js';
import type { Database } from './database.js';
import { POSTGRES_PORT } from './ports.js';
import type { Server } from './server.js';
import { requireTwoZones } from './two-zones.js';

/** Explained where they can be set: configuration/proxy-settings.ts. */
const DEFAULTS = { maxConnectionsPercent: 70, borrowTimeoutSeconds: 5, idleClientTimeoutMinutes: 5 } as const;

/** What RDS allows: letters, digits and single hyphens, the first a letter. */
const PROXY_NAME_LENGTH = 63;

export function createProxy(
  scope: Construct,
  { name, user, migrator }: DatabaseSettings,
  settings: NewProxySettings,
  server: Server,
  network: Network,
  bootstrap: Bootstrap | undefined,
): Database {
  requireTwoZones(network, 'An RDS Proxy');
  const { maxConnectionsPercent = DEFAULTS.maxConnectionsPercent } = settings;
  const group = connectGroups(settings, server, network);
  // A role of our own: the CDK's gets no right to sign in with IAM.
  const role = new Role(scope, 'ProxyRole', { assumedBy: new ServicePrincipal('rds.amazonaws.com') });
  const proxyName = uniqueName(scope, network.databaseSubnets);
  const proxy = new DatabaseProxy(scope, 'Proxy', {
    dbProxyName: proxyName,
    proxyTarget: server.proxyTarget,
    role,
    ...signIn(scope, settings, server, role, migrator === undefined ? [user] : [user, migrator]),
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.databaseSubnets] },
    securityGroups: [group.securityGroup],
    requireTLS: true,
    idleClientTimeout: Duration.minutes(settings.idleClientTimeoutMinutes ?? DEFAULTS.idleClientTimeoutMinutes),
    borrowTimeout: Duration.seconds(settings.borrowTimeoutSeconds ?? DEFAULTS.borrowTimeoutSeconds),
    maxConnectionsPercent,
  });
  // Otherwise the proxy may try to sign in before its role may.
  proxy.node.addDependency(role);
  if (bootstrap !== undefined) waitFor(bootstrap, proxy);
  return {
    name,
    bootstrap,
    host: proxy.endpoint,
    port: POSTGRES_PORT,
    certificateAuthority: 'public',
    admittedConnections:
      server.maxConnections === undefined
        ? undefined
        : Math.floor((server.maxConnections * maxConnectionsPercent) / 100),
    proxyName: proxy.dbProxyName,
    serverIdentifier: server.identifier,
    passwordLogin: { group: server.group, port: server.port },
    // rds-db:connect on dbuser:<proxy id>/<user>: this proxy and this user, nothing wider.
    grantConnect: (grantee, user) => void proxy.grantConnect(grantee, user),
  };
}

/**
 * CloudFormation waits until the targets are available, for which the proxy logs in as the users. The proxy itself takes minutes:
 * it is created meanwhile.
 */
function waitFor({ step }: Bootstrap, proxy: DatabaseProxy): void {
  const [targetGroup] = proxy.node.children.filter((child) => child instanceof CfnDBProxyTargetGroup);
  if (targetGroup === undefined) throw new Error('The CDK has no target group in a proxy.');
  targetGroup.node.addDependency(step);
}

/** function -> proxy -> database. */
function connectGroups(
  settings: NewProxySettings,
  server: Server,
  { rules, functionGroup, vpc }: Network,
): SecurityGroupRef {
  const group = settings.securityGroup
    ? rules.import('ProxySecurityGroup', settings.securityGroup)
    : rules.create('ProxySecurityGroup', vpc, 'RDS Proxy');
  rules.allow(functionGroup, group, POSTGRES_PORT, 'Functions to RDS Proxy');
  rules.allow(group, server.group, server.port, 'RDS Proxy to PostgreSQL');
  return group;
}

function signIn(scope: Construct, { auth }: NewProxySettings, server: Server, role: IRole, users: readonly string[]) {
  if (auth.kind === 'iam') {
    for (const user of users) server.grantConnect(role, user);
    return { defaultAuthScheme: DefaultAuthScheme.IAM_AUTH };
  }
  // The proxy gives its role the right to read the secrets.
  return { secrets: [...(server.userSecrets ?? importSecrets(scope, auth))], iamAuth: true };
}

function importSecrets(
  scope: Construct,
  { secretArn, migratorSecretArn, kmsKeyArn }: Extract<NewProxySettings['auth'], { kind: 'secret' }>,
): ISecret[] {
  // The schema demands the ARN for every server that brings no secret.
  if (secretArn === undefined) throw new Error('A proxy that logs in with a password needs the secret that holds it.');
  const key = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(scope, 'DatabaseUserSecretKey', kmsKeyArn);
  const importSecret = (id: string, secretCompleteArn: string) =>
    Secret.fromSecretAttributes(scope, id, { secretCompleteArn, ...(key !== undefined && { encryptionKey: key }) });
  return [
    importSecret('DatabaseUserSecret', secretArn),
    ...(migratorSecretArn === undefined ? [] : [importSecret('MigratorSecret', migratorSecretArn)]),
  ];
}

/**
 * The CDK's default is the construct's id, which is the same in every sandbox of an account; the name of Amplify's root stack
 * ends with a hash of app and branch or owner. The subnets are part of the name because new subnets mean a new proxy, which
 * CloudFormation creates before it deletes the old one.
 */
function uniqueName(scope: Construct, subnets: readonly ISubnet[]): string {
  const stack = Stack.of(scope);
  // Resolved: the ids of created subnets are tokens, which are numbered anew in each synthesis.
  const subnetIds = JSON.stringify(stack.resolve(subnets.map((subnet) => subnet.subnetId)));
  const place = createHash('sha256').update(subnetIds).digest('hex').slice(0, 8);
  const deployment = rootStackOf(stack).stackName.slice(place.length + 1 - PROXY_NAME_LENGTH);
  return `${deployment}-${place}`
    .toLowerCase()
    .replace(/^[^a-z]+/, '')
    .replace(/--+/g, '-');
}
