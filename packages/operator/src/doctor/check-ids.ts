/** The names of the checks. They are promised: `--json` has them, and what looks from inside names them. */
export const CHECK_IDS = [
  // Your machine and account
  'installed-packages',
  'account',
  'region',
  'bootstrap',
  // Deployment
  'stack',
  'drift',
  // VPC and subnets
  'vpc',
  'vpc-dns',
  'subnets',
  'subnets-private',
  'subnet-zones',
  'proxy-zones',
  'free-addresses',
  'network-acls',
  // Security groups
  'groups',
  'functions-to-proxy',
  'proxy-to-database',
  'functions-to-database',
  'functions-to-endpoints',
  // Other services
  'interface-endpoints',
  'private-dns',
  'gateway-endpoints',
  'nat',
  'ipv6-route',
  'secrets-of-functions',
  // RDS Proxy
  'proxy',
  'proxy-vpc',
  'proxy-tls',
  'proxy-iam',
  'proxy-users',
  'proxy-secrets',
  'proxy-targets',
  'proxy-timeouts',
  'proxy-share',
  // Database
  'database',
  'database-version',
  'database-vpc',
  'database-encryption',
  'database-private',
  'database-iam',
  'secret-keys',
  'database-certificate',
  'database-restart',
  // Functions
  'functions',
  'function-network',
  'function-environment',
  'function-timeouts',
  'function-concurrency',
  'function-runtime',
  'function-logins',
  'proxy-logins',
  // Limits of the account
  'concurrency-quota',
  'interface-quota',
  'proxy-quota',
  'rule-quota',
  // Alarms
  'alarms',
  'alarm-actions',
  'alarm-data',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];
