/** What can be wrong with network ACLs. */
import {
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
} from '@aws-sdk/client-ec2';
import { type Breakage, CLUSTER, CREATED, DIRECT, EXISTING, UNDEPLOYED } from './breakage.js';
import type { BuiltAccount, Clients } from './build-account.js';

async function denyInAcl(
  { ec2 }: Clients,
  { network }: BuiltAccount,
  rule: { Egress: boolean; from: number; to: number; cidr?: string },
): Promise<void> {
  const NetworkAclId = await aclOf(ec2, network.vpc);
  const { Egress, from, to, cidr = '0.0.0.0/0' } = rule;
  await ec2.send(
    new CreateNetworkAclEntryCommand({
      NetworkAclId,
      Egress,
      RuleNumber: 50,
      Protocol: '6',
      RuleAction: 'deny',
      CidrBlock: cidr,
      PortRange: { From: from, To: to },
    }),
  );
}

async function aclOf(ec2: Clients['ec2'], vpc: string): Promise<string> {
  const { NetworkAcls: [acl] = [] } = await ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
  );
  return acl?.NetworkAclId ?? '';
}

const acl = (
  name: string,
  shape: Breakage['shape'],
  rule: Parameters<typeof denyInAcl>[2],
  problem: RegExp,
  fix: RegExp,
): Breakage => ({
  name,
  shape,
  change: (clients, account) => denyInAcl(clients, account, rule),
  check: 'network-acls',
  problem,
  fix,
});

export const ACL_BREAKAGES: readonly Breakage[] = [
  acl(
    'an ACL that keeps PostgreSQL in',
    EXISTING,
    { Egress: true, from: 5432, to: 5432 },
    /denies TCP (5432|1024-65535) to 10\.77\..* (\((to|back from) the .*\)), by rule 50/,
    /--egress --rule-number 49 .*--rule-action allow/,
  ),
  acl(
    'an ACL that keeps PostgreSQL out',
    CREATED,
    { Egress: false, from: 5432, to: 5432 },
    /denies TCP (5432|1024-65535) from 10\.77\./,
    /--ingress --rule-number 49/,
  ),
  acl(
    'an ACL that drops the answers',
    CLUSTER,
    { Egress: true, from: 32768, to: 65535, cidr: '10.77.0.0/16' },
    /denies TCP 1024-65535 to 10\.77\..* \(back from the /,
    /--egress --rule-number 49 .*From=1024,To=65535/,
  ),
  acl(
    'an ACL without a proxy',
    DIRECT,
    { Egress: true, from: 5400, to: 5500, cidr: '10.77.0.0/16' },
    /denies TCP (5432|1024-65535) to 10\.77\..* database\)/,
    /create-network-acl-entry/,
  ),
  acl(
    'an ACL that keeps HTTPS in, with NAT',
    CLUSTER,
    { Egress: true, from: 443, to: 443 },
    /denies TCP 443 to 0\.0\.0\.0\/0 \(to the internet\)/,
    /From=443,To=443 --cidr-block 0\.0\.0\.0\/0/,
  ),
  {
    name: 'an ACL without its rule for what goes out',
    shape: UNDEPLOYED,
    change: async ({ ec2 }, { network }) =>
      ec2.send(
        new DeleteNetworkAclEntryCommand({
          NetworkAclId: await aclOf(ec2, network.vpc),
          RuleNumber: 100,
          Egress: true,
        }),
      ),
    check: 'network-acls',
    problem: /by rule \*/,
    fix: /--egress --rule-number 200/,
  },
];
