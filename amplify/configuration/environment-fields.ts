/** Each field of an environment in words: what is expected there, and where its value is found. For messages only. */

export interface FieldGuide {
  readonly expected: string;
  readonly fix: string;
}

const ENVIRONMENT_FIELDS: Readonly<Record<string, FieldGuide>> = {
  account: {
    expected: 'the 12 digits of an AWS account',
    fix: 'run aws sts get-caller-identity --query Account --output text',
  },
  region: {
    expected: 'the region of the VPC, for example eu-west-1',
    fix: 'run aws configure get region',
  },
  network: { expected: 'an object with vpcId and subnets', fix: 'compare with the environment `example`' },
  'network.vpcId': {
    expected: 'vpc- and 8 or 17 hexadecimal digits',
    fix: 'run aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"',
  },
  'network.subnets': {
    expected: "{ type: 'isolated' }, { type: 'withEgress' } or { ids: ['subnet-…', 'subnet-…'] }",
    fix: 'choose one of the three',
  },
  'network.subnets.type': { expected: "'isolated' or 'withEgress'", fix: 'choose one of the two' },
  'network.subnets.ids': {
    expected: 'a list of two or more different subnet ids',
    fix: 'run aws ec2 describe-subnets --query "Subnets[].[VpcId,SubnetId,AvailabilityZone]"',
  },
  'network.subnets.ids.*': {
    expected: 'subnet- and 8 or 17 hexadecimal digits',
    fix: 'run aws ec2 describe-subnets --query "Subnets[].[VpcId,SubnetId,AvailabilityZone]"',
  },
  database: { expected: 'an object with name, user and proxy', fix: 'compare with the environment `example`' },
  'database.name': {
    expected: 'the name of the PostgreSQL database: a letter or _, then letters, digits, _ or -, 63 at most',
    fix: 'list the databases with \\l in psql',
  },
  'database.user': {
    expected: 'one database user, no wildcard: a letter or _, then letters, digits, _ or -, 63 at most',
    fix: 'list the users with \\du in psql',
  },
  'database.proxy': {
    expected: "an object with kind: 'existing' or kind: 'new'",
    fix: 'compare with the environment `example`',
  },
  'database.proxy.kind': { expected: "'existing' or 'new'", fix: 'choose one of the two' },
  'database.proxy.proxyArn': {
    expected: 'arn:aws:rds:<region>:<account>:db-proxy:prx-…, the proxy’s id and not its name',
    fix: 'run aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,DBProxyArn]"',
  },
  'database.proxy.endpoint': {
    expected: 'the host name that RDS gave the proxy, ….proxy-….<region>.rds.amazonaws.com, without scheme and port',
    fix: 'run aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,Endpoint]"',
  },
  'database.proxy.securityGroupId': {
    expected: 'sg- and 8 or 17 hexadecimal digits',
    fix: 'run aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,VpcSecurityGroupIds]"',
  },
  'database.proxy.target': {
    expected: "{ kind: 'instance', instanceIdentifier } or { kind: 'cluster', clusterIdentifier }",
    fix: 'choose one of the two',
  },
  'database.proxy.target.kind': { expected: "'instance' or 'cluster'", fix: 'choose one of the two' },
  'database.proxy.target.instanceIdentifier': {
    expected: 'the identifier of a DB instance: a letter, then letters, digits or -, 63 at most',
    fix: 'run aws rds describe-db-instances --query "DBInstances[].DBInstanceIdentifier"',
  },
  'database.proxy.target.clusterIdentifier': {
    expected: 'the identifier of an Aurora cluster: a letter, then letters, digits or -, 63 at most',
    fix: 'run aws rds describe-db-clusters --query "DBClusters[].DBClusterIdentifier"',
  },
  'database.proxy.databaseSecurityGroupId': {
    expected: 'sg- and 8 or 17 hexadecimal digits',
    fix: 'run aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,VpcSecurityGroups]"',
  },
  'database.proxy.secretArn': {
    expected: 'arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>, complete',
    fix: 'run aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"',
  },
};

/** What the field at a path is for; list positions count as `*`. */
export function guideTo(path: readonly PropertyKey[]): FieldGuide {
  const key = path.map((step) => (typeof step === 'number' ? '*' : String(step))).join('.');
  return ENVIRONMENT_FIELDS[key] ?? { expected: 'a field that exists', fix: 'compare with the environment `example`' };
}
