/** Lists the shapes of an environment, and the answers to the lookups of each, and of each change. */
import { combinations, egressContext, ipv6RangesOf } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment, exampleNetwork } from '@vpc-postgres/testing/support/environments.js';
import { pinnedVpc, readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import type { Environment } from '../../../src/configuration/environment.js';
import type { CachedContext } from '../../../src/network/cached-context.js';

export interface Shape {
  readonly title: string;
  readonly environment: Environment;
}

/** Every way to a database without egress, and the shortest and longest of them with each egress. */
export const shapes: readonly Shape[] = combinations
  .filter(({ network, egress, path }) => egress === 'none' || path === 'existing proxy' || network === 'new')
  .map(({ title, environment }) => ({ title, environment }));

export const OTHER_VPC = 'vpc-0ffffffffffffffff';
/** What the example's VPC is called, beside its id. */
export const VPC_NAME = 'development';

/** Beside those of the example: the subnets that a change leads to. */
const WITH_IPV6 = [
  'subnet-0b20000000000000a',
  'subnet-0b20000000000000b',
  'subnet-0f0000000000000aa',
  'subnet-0f0000000000000bb',
];

const projectContext = readProjectContext();

/** The example's VPC, asked for by something else than its id. The filter is that of EC2, `tag:NAME`. */
function askedBy(filter: string): CachedContext {
  const [[key, value] = ['', undefined]] = Object.entries(projectContext).filter(([name]) =>
    name.startsWith('vpc-provider:'),
  );
  return { [key.replace(/filter\.vpc-id=[^:]+/, `filter.${filter}`)]: value };
}

/** The answers to every lookup of a shape or a change. */
export const cachedContext: CachedContext = {
  ...projectContext,
  ...askedBy(`tag:Name=${VPC_NAME}`),
  ...egressContext,
  ...Object.assign({}, ...WITH_IPV6.map((id) => ipv6RangesOf(id, ['2001:db8:0:3::/64']))),
  ...pinnedVpc({ ...exampleEnvironment, network: { ...exampleNetwork, vpc: { id: OTHER_VPC } } }, [
    {
      type: 'Isolated',
      subnets: { 'subnet-0f0000000000000aa': 'eu-west-1a', 'subnet-0f0000000000000bb': 'eu-west-1b' },
    },
    {
      type: 'Private',
      subnets: { 'subnet-0f0000000000000cc': 'eu-west-1a', 'subnet-0f0000000000000dd': 'eu-west-1b' },
    },
  ]),
};
