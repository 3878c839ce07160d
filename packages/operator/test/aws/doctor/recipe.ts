/** The accounts that the doctor is tried on: five shapes of environment, healthy and deployed, and what a test changes of one. */
import type {
  CreateDBClusterCommandInput,
  CreateDBInstanceCommandInput,
  CreateDBProxyCommandInput,
} from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';

/** What a recipe's environment can name. */
export interface NetworkIds {
  readonly subnets: readonly string[];
  readonly groups: Readonly<Record<'functions' | 'proxy' | 'database' | 'endpoints', string>>;
}

export interface Recipe {
  readonly network: 'existing' | 'new';
  /** Of the subnets: `a`, `b`. */
  readonly zones: readonly string[];
  readonly egress: 'none' | 'endpoints' | 'nat';
  readonly proxy: 'existing' | 'new' | 'none';
  /** How the environment names the subnets. */
  readonly subnets: 'by type' | 'by ids';
  /** How the proxy logs in. */
  readonly auth: 'secret' | 'iam';
  readonly database: 'instance' | 'cluster' | 'created';
  readonly deployed: boolean;
  readonly alarms: boolean;
  readonly reservedConcurrency: number | undefined;
  readonly functionVariables: Readonly<Record<string, string>>;
  readonly functionTimeoutSeconds: number;
  readonly functionRuntime: 'nodejs20.x' | 'nodejs24.x';
  readonly bootstrapVersion: string | undefined;
  readonly maxConnections: number;
  readonly proxyInput: Partial<CreateDBProxyCommandInput>;
  readonly instanceInput: Partial<CreateDBInstanceCommandInput>;
  readonly clusterInput: Partial<CreateDBClusterCommandInput>;
  /** The last change to what amplify/environments.ts says. */
  readonly environment: (environment: Environment, network: NetworkIds) => Environment;
}

const healthy: Recipe = {
  network: 'existing',
  zones: ['a', 'b'],
  egress: 'none',
  subnets: 'by type',
  proxy: 'existing',
  auth: 'secret',
  database: 'instance',
  deployed: true,
  alarms: false,
  reservedConcurrency: 50,
  functionVariables: {},
  functionTimeoutSeconds: 15,
  functionRuntime: 'nodejs24.x',
  bootstrapVersion: '30',
  maxConnections: 200,
  proxyInput: {},
  instanceInput: {},
  clusterInput: {},
  environment: (environment) => environment,
};

export const SHAPES = {
  'an existing proxy': { ...healthy, alarms: true },
  'an existing proxy, before the first deployment': { ...healthy, deployed: false },
  'a new proxy with secrets, and endpoints': { ...healthy, proxy: 'new', egress: 'endpoints', subnets: 'by ids' },
  'a new proxy with IAM before a cluster, and NAT': {
    ...healthy,
    proxy: 'new',
    auth: 'iam',
    database: 'cluster',
    egress: 'nat',
  },
  'no proxy': { ...healthy, proxy: 'none', auth: 'iam' },
  'everything created': { ...healthy, network: 'new', proxy: 'new', auth: 'iam', database: 'created' },
} as const satisfies Readonly<Record<string, Recipe>>;

export type Shape = keyof typeof SHAPES;
