/** Changes of the network. */
import { EGRESS } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment } from '@vpc-postgres/testing/support/environments.js';
import type { EndpointEgressSettings, NetworkSettings } from '../../../src/configuration/network-settings.js';
import { type Change, change, created, editing, existing, group } from './change.js';
import { OTHER_VPC, VPC_NAME } from './shapes.js';

const egressTo = (kind: keyof typeof EGRESS) =>
  change('network', 'network.egress.kind', `to ${kind}`, (network) => {
    if ((network.egress?.kind ?? 'none') === kind) return undefined;
    const endpoints = { ...EGRESS.endpoints, interfaces: [{ service: 'ssm' }] };
    return { egress: kind === 'endpoints' ? endpoints : EGRESS[kind] };
  });

const endpoints = (edit: (egress: EndpointEgressSettings) => object) => (network: NetworkSettings) =>
  network.egress?.kind === 'endpoints' ? { egress: { ...network.egress, ...edit(network.egress) } } : undefined;

const withFunctionGroup = editing('network', (network) => existing(network) && { functionSecurityGroup: group('a') });

export const networkChanges: readonly Change[] = [
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
  change('network', 'network.vpc.id', 'to another VPC', (network) => existing(network) && { vpc: { id: OTHER_VPC } }),
  change(
    'network',
    'network.vpc.name',
    'in place of the id, of the same VPC',
    (network) => existing(network) && { vpc: { name: VPC_NAME } },
  ),
  change(
    'network',
    'network.vpc.tags',
    'in place of the id, of the same VPC',
    (network) => existing(network) && { vpc: { tags: { Name: VPC_NAME } } },
  ),
  change('network', 'network.subnets.type', 'to other subnets', (network) =>
    existing(network) && network.egress?.kind !== 'nat' ? { subnets: { type: 'withEgress' } } : undefined,
  ),
  change('network', 'network.subnets.subnetGroupName', 'in place of the type, of the same subnets', (network) =>
    existing(network) && network.egress?.kind !== 'nat' ? { subnets: { subnetGroupName: 'Database' } } : undefined,
  ),
  change('network', 'network.subnets.ids', 'in place of the type, of the same subnets', (network) =>
    existing(network) && network.egress?.kind !== 'nat'
      ? { subnets: { ids: ['subnet-0c30000000000000a', 'subnet-0c30000000000000b'] } }
      : undefined,
  ),
  { field: 'network.functionSecurityGroup', change: 'added', apply: withFunctionGroup },
  change(
    'network',
    'network.functionSecurityGroup.id',
    'to another group',
    (network) => existing(network) && { functionSecurityGroup: group('b') },
    withFunctionGroup,
  ),
  change(
    'network',
    'network.functionSecurityGroup.rules',
    "'add' to 'print'",
    (network) => existing(network) && { functionSecurityGroup: group('a', 'print') },
    withFunctionGroup,
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
  change(
    'network',
    'network.egress.gateways',
    'without that of DynamoDB',
    endpoints(() => ({ gateways: [{ service: 's3' }] })),
  ),
  change(
    'network',
    'network.egress.gateways.*.existing',
    'to true, of S3',
    endpoints(() => ({ gateways: [{ service: 's3', existing: true }, { service: 'dynamodb' }] })),
  ),
  change(
    'network',
    'network.egress.interfaces',
    'with one more service',
    endpoints(({ interfaces = [] }) => ({ interfaces: [...interfaces, { service: 'secretsmanager' }] })),
  ),
  change(
    'network',
    'network.egress.interfaces.*.existing',
    'added, of SSM',
    endpoints(({ interfaces = [] }) => ({
      interfaces: interfaces.map((one) => (one.service === 'ssm' ? { ...one, existing: group('c') } : one)),
    })),
  ),
  change(
    'network',
    'network.egress.zones',
    "'each' to 'one'",
    endpoints(() => ({ zones: 'one' })),
  ),
];
