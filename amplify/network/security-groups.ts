/**
 * Who may talk to whom: function -> proxy -> database, each on PostgreSQL's port and nothing else. All groups and all
 * rules are in one stack; a rule in the function's stack would make two stacks wait for each other, which synth does not
 * notice and CloudFormation refuses.
 */
import { type IPeer, type ISecurityGroup, type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ProxySettings } from '../configuration/environment.js';

export interface SecurityGroups {
  readonly lambda: ISecurityGroup;
  readonly proxy: ISecurityGroup;
}

/** RDS Proxy listens on no other, and expects the database on it. */
const POSTGRES = Port.tcp(5432);

export function createSecurityGroups(scope: Construct, vpc: IVpc, proxy: ProxySettings): SecurityGroups {
  const groups = {
    lambda: closedGroup(scope, 'LambdaSecurityGroup', vpc, 'Functions that use the database'),
    proxy:
      proxy.kind === 'existing'
        ? groupOf(scope, 'ExistingProxySecurityGroup', proxy.securityGroupId)
        : newProxyGroup(scope, vpc, proxy.databaseSecurityGroupId),
  };
  allowPostgres(groups.lambda, groups.proxy, 'Functions to RDS Proxy');
  return groups;
}

function newProxyGroup(scope: Construct, vpc: IVpc, databaseSecurityGroupId: string): ISecurityGroup {
  const proxy = closedGroup(scope, 'ProxySecurityGroup', vpc, 'RDS Proxy');
  allowPostgres(proxy, groupOf(scope, 'DatabaseSecurityGroup', databaseSecurityGroupId), 'RDS Proxy to PostgreSQL');
  return proxy;
}

/** Both ends of the rule: security groups are closed at either. */
function allowPostgres(from: ISecurityGroup, to: ISecurityGroup, description: string): void {
  from.addEgressRule(inline(to), POSTGRES, description);
  to.addIngressRule(from, POSTGRES, description);
}

/**
 * Puts an egress rule into the group itself. The CDK would make it a resource of its own, and EC2 opens a group that is
 * created without an egress rule to everywhere.
 */
function inline(to: ISecurityGroup): IPeer {
  return {
    canInlineRule: true,
    uniqueId: to.securityGroupId,
    connections: to.connections,
    toEgressRuleConfig: () => ({ destinationSecurityGroupId: to.securityGroupId }),
    toIngressRuleConfig: () => ({ sourceSecurityGroupId: to.securityGroupId }),
  };
}

/** Without the CDK's own rule to everywhere. */
function closedGroup(scope: Construct, id: string, vpc: IVpc, description: string): SecurityGroup {
  return new SecurityGroup(scope, id, { vpc, description, allowAllOutbound: false });
}

/** A group that exists. Rules are added to it; those that it has are not touched. */
function groupOf(scope: Construct, id: string, securityGroupId: string): ISecurityGroup {
  return SecurityGroup.fromSecurityGroupId(scope, id, securityGroupId);
}
