/** A new RDS Proxy in front of a database that exists: TLS and IAM for every client, the database's password for itself. */
import { createHash } from 'node:crypto';
import { Duration, Names } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseProxy,
  type IDatabaseProxy,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { NewProxySettings, ProxyTargetSettings } from '../configuration/environment.js';

export interface ProxyNetwork {
  readonly vpc: IVpc;
  /** In two availability zones or more. Changing them replaces the proxy, and with it its endpoint. */
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
}

/**
 * A client connection that is silent for so long is closed. Lambda freezes functions without closing anything; five
 * minutes later their connections no longer count against the proxy's limit. RDS: 1 minute to 8 hours; default 30 minutes.
 */
const IDLE_CLIENT_TIMEOUT = Duration.minutes(5);

/**
 * How long a query waits for a database connection. Below the 8 s after which the function gives up on a query
 * (src/database/pool.ts), so that a full database shows as the proxy's error and not as a time-out. RDS: 0 to 5 minutes;
 * default 2 minutes.
 */
const BORROW_TIMEOUT = Duration.seconds(5);

const POSTGRES_PORT = 5432;

/** RDS allows 63 characters. */
const PROXY_NAME_LENGTH = 60;

export function createProxy(scope: Construct, settings: NewProxySettings, network: ProxyNetwork): IDatabaseProxy {
  return new DatabaseProxy(scope, 'Proxy', {
    dbProxyName: uniqueName(scope, network.subnets),
    proxyTarget: proxyTarget(scope, settings.target),
    secrets: [Secret.fromSecretCompleteArn(scope, 'DatabaseUserSecret', settings.secretArn)],
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.subnets] },
    securityGroups: [network.securityGroup],
    requireTLS: true,
    iamAuth: true,
    idleClientTimeout: IDLE_CLIENT_TIMEOUT,
    borrowTimeout: BORROW_TIMEOUT,
  });
}

/**
 * The CDK's default is the construct's id, which is the same in every sandbox of an account. The subnets are part of the
 * name because new subnets mean a new proxy, which CloudFormation creates before it deletes the old one.
 */
function uniqueName(scope: Construct, subnets: readonly ISubnet[]): string {
  const place = createHash('sha256')
    .update(subnets.map((subnet) => subnet.subnetId).join())
    .digest('hex')
    .slice(0, 8);
  const name = Names.uniqueResourceName(scope, { maxLength: PROXY_NAME_LENGTH - place.length - 1, separator: '-' });
  return `${name}-${place}`.toLowerCase();
}

/** Imported without security groups: the rules between proxy and database are in network/security-groups.ts. */
function proxyTarget(scope: Construct, target: ProxyTargetSettings): ProxyTarget {
  if (target.kind === 'cluster') {
    return ProxyTarget.fromCluster(
      DatabaseCluster.fromDatabaseClusterAttributes(scope, 'DatabaseCluster', {
        clusterIdentifier: target.clusterIdentifier,
        engine: DatabaseClusterEngine.AURORA_POSTGRESQL,
        port: POSTGRES_PORT,
      }),
    );
  }
  return ProxyTarget.fromInstance(
    DatabaseInstance.fromDatabaseInstanceAttributes(scope, 'DatabaseInstance', {
      instanceIdentifier: target.instanceIdentifier,
      engine: DatabaseInstanceEngine.POSTGRES,
      port: POSTGRES_PORT,
      securityGroups: [],
      // Asked for by the CDK; the proxy finds the instance by its identifier.
      instanceEndpointAddress: 'not-used',
    }),
  );
}
