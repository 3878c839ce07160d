/** An RDS Proxy that somebody else owns, known by its ARN and endpoint. Nothing of it is created or changed. */
import { DatabaseProxy, type IDatabaseProxy } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { ExistingProxySettings } from '../configuration/environment.js';

export function importProxy(scope: Construct, { proxyArn, endpoint }: ExistingProxySettings): IDatabaseProxy {
  return DatabaseProxy.fromDatabaseProxyAttributes(scope, 'ExistingProxy', {
    dbProxyArn: proxyArn,
    endpoint,
    // The CDK asks for both and uses neither: the right to connect is derived from the ARN, and an imported proxy
    // has no connections. security-groups.ts writes the rules.
    dbProxyName: endpoint.slice(0, endpoint.indexOf('.')),
    securityGroups: [],
  });
}
