/** Lists the shapes of an environment, and every change of a single field that a second deployment can bring. */
import { combinations, EGRESS, egressContext } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment, existingCluster, existingInstance } from '@vpc-postgres/testing/support/environments.js';
import { pinnedVpc, readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import type { DatabaseSettings } from '../../../src/configuration/database-settings.js';
import type { Environment } from '../../../src/configuration/environment.js';
import type { NetworkSettings } from '../../../src/configuration/network-settings.js';

export interface Shape {
  readonly title: string;
  readonly environment: Environment;
}

/** Every way to a database without egress, and the shortest and longest of them with each egress. */
export const shapes: readonly Shape[] = combinations
  .filter(({ network, egress, path }) => egress === 'none' || path === 'existing proxy' || network === 'new')
  .map(({ title, environment }) => ({ title, environment }));

export interface Change {
  /** The path of the field. */
  readonly field: string;
  /** From what to what, in words. */
  readonly change: string;
  /** @returns nothing where the shape does not have the field, or has that value already. */
  readonly apply: (environment: Environment) => Environment | undefined;
}

const OTHER_VPC = 'vpc-0ffffffffffffffff';
const group = (digit: string) => ({ id: `sg-0${digit.repeat(16)}`, rules: 'add' }) as const;

/** The answers to every lookup of a shape or a change. */
export const cachedContext = {
  ...readProjectContext(),
  ...egressContext,
  ...pinnedVpc(
    { ...exampleEnvironment, network: { kind: 'existing', vpc: { id: OTHER_VPC }, subnets: { type: 'isolated' } } },
    [
      {
        type: 'Isolated',
        subnets: { 'subnet-0f0000000000000aa': 'eu-west-1a', 'subnet-0f0000000000000bb': 'eu-west-1b' },
      },
      {
        type: 'Private',
        subnets: { 'subnet-0f0000000000000cc': 'eu-west-1a', 'subnet-0f0000000000000dd': 'eu-west-1b' },
      },
    ],
  ),
};

/** A change of one field, where `matches` says that the part has it. */
function change<Part extends 'network' | 'database'>(
  part: Part,
  field: string,
  words: string,
  edit: (value: Environment[Part], environment: Environment) => object | undefined,
): Change {
  return {
    field,
    change: words,
    apply: (environment) => {
      const edited = edit(environment[part], environment);
      if (edited === undefined) return undefined;
      return { ...environment, [part]: { ...environment[part], ...edited } } as Environment;
    },
  };
}

const existing = (network: NetworkSettings) => (network.kind === 'existing' ? network : undefined);
const created = (network: NetworkSettings) => (network.kind === 'new' ? network : undefined);
const onServer =
  (kinds: readonly string[], edit: object) =>
  ({ server }: DatabaseSettings) =>
    server !== undefined && kinds.includes(server.kind) ? { server: { ...server, ...edit } } : undefined;
const onProxy =
  (kind: string, edit: object) =>
  ({ proxy }: DatabaseSettings) =>
    proxy.kind === kind ? { proxy: { ...proxy, ...edit } } : undefined;
const egressTo = (kind: keyof typeof EGRESS) =>
  change('network', 'network.egress', `to ${kind}`, (network) => {
    if ((network.egress?.kind ?? 'none') === kind) return undefined;
    const endpoints = { ...EGRESS.endpoints, interfaces: [{ service: 'ssm' }] };
    return { egress: kind === 'endpoints' ? endpoints : EGRESS[kind] };
  });

const EXISTING_SERVERS = ['instance', 'cluster'];

export const changes: readonly Change[] = [
  change(
    'network',
    'network.kind',
    "'existing' to 'new'",
    (network) => existing(network) && { kind: 'new', vpc: undefined, subnets: undefined },
  ),
  {
    field: 'network.kind',
    change: "'new' to 'existing'",
    apply: (environment) => created(environment.network) && { ...environment, network: exampleEnvironment.network },
  },
  change('network', 'network.vpc', 'to another VPC', (network) => existing(network) && { vpc: { id: OTHER_VPC } }),
  change('network', 'network.subnets', 'to other subnets', (network) =>
    existing(network) && network.egress?.kind !== 'nat' ? { subnets: { type: 'withEgress' } } : undefined,
  ),
  change(
    'network',
    'network.functionSecurityGroup',
    'added',
    (network) => existing(network) && { functionSecurityGroup: group('a') },
  ),
  change('network', 'network.cidr', 'to another range', (network) => created(network) && { cidr: '10.1.0.0/16' }),
  change(
    'network',
    'network.availabilityZones',
    'to other zones',
    (network) => created(network) && { availabilityZones: ['eu-west-1b', 'eu-west-1c'] },
  ),
  egressTo('none'),
  egressTo('endpoints'),
  egressTo('nat'),
  egressTo('ipv6'),
  change('network', 'network.egress.gateways', "1 to 'regional'", (network) =>
    network.kind === 'new' && network.egress?.kind === 'nat' && network.egress.gateways !== 'regional'
      ? { egress: { kind: 'nat', gateways: 'regional' } }
      : undefined,
  ),
  change('database', 'database.name', 'renamed', () => ({ name: 'shop' })),
  change('database', 'database.user', 'to another user', () => ({ user: 'web' })),
  change('database', 'database.migrator', 'added', () => ({ migrator: 'migrator' })),
  change(
    'database',
    'database.server.masterSecretArn',
    'added',
    onServer(EXISTING_SERVERS, {
      masterSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b2c3d-AbC123',
    }),
  ),
  change('database', 'database.proxy.kind', "to 'none'", ({ proxy }) =>
    proxy.kind === 'new' ? { proxy: { kind: 'none' } } : undefined,
  ),
  change('database', 'database.proxy.kind', "to 'new'", ({ proxy }) =>
    proxy.kind === 'none' ? { proxy: { kind: 'new', auth: { kind: 'iam' } } } : undefined,
  ),
  change('database', 'database.proxy.auth', "'secret' to 'iam'", ({ proxy }) =>
    proxy.kind === 'new' && proxy.auth.kind === 'secret' ? { proxy: { ...proxy, auth: { kind: 'iam' } } } : undefined,
  ),
  change('database', 'database.proxy.auth', "'iam' to 'secret'", ({ proxy, server }) =>
    proxy.kind === 'new' && proxy.auth.kind === 'iam' && server?.kind === 'new'
      ? { proxy: { ...proxy, auth: { kind: 'secret' } } }
      : undefined,
  ),
  change('database', 'database.proxy.securityGroup', 'added', onProxy('new', { securityGroup: group('b') })),
  change(
    'database',
    'database.proxy.securityGroup',
    'to another group',
    onProxy('existing', { securityGroup: group('b') }),
  ),
  change(
    'database',
    'database.proxy.proxyArn',
    'to another proxy',
    onProxy('existing', { proxyArn: 'arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0fedcba9876543210' }),
  ),
  change(
    'database',
    'database.proxy.endpoint',
    'to another endpoint',
    onProxy('existing', { endpoint: 'shop.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com' }),
  ),
  change('database', 'database.proxy.maxConnectionsPercent', '70 to 50', onProxy('new', { maxConnectionsPercent: 50 })),
  change('database', 'database.proxy.borrowTimeoutSeconds', '5 to 3', onProxy('new', { borrowTimeoutSeconds: 3 })),
  change(
    'database',
    'database.proxy.idleClientTimeoutMinutes',
    '5 to 10',
    onProxy('new', { idleClientTimeoutMinutes: 10 }),
  ),
  change('database', 'database.server.kind', "'new' to 'instance'", ({ server }) =>
    server?.kind === 'new' ? { server: existingInstance } : undefined,
  ),
  change('database', 'database.server.kind', "'instance' to 'cluster'", ({ server }) =>
    server?.kind === 'instance' ? { server: existingCluster } : undefined,
  ),
  change('database', 'database.server.kind', "'instance' to 'new'", ({ server }) =>
    server?.kind === 'instance' ? { server: { kind: 'new' } } : undefined,
  ),
  change('database', 'database.server.port', '5432 to 6543', onServer(EXISTING_SERVERS, { port: 6543 })),
  change(
    'database',
    'database.server.securityGroup',
    'to another group',
    onServer(EXISTING_SERVERS, { securityGroup: group('c') }),
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
  change(
    'database',
    'database.server.maxConnections',
    '200 to 300',
    onServer(EXISTING_SERVERS, { maxConnections: 300 }),
  ),
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
