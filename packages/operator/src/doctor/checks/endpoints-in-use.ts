/** The VPC endpoints that this environment's functions use. */
import type { VpcEndpoint } from '@aws-sdk/client-ec2';
import type { Facts } from '../facts.js';

export const HTTPS_PORT = 443;

export interface NeededEndpoint {
  readonly service: string;
  readonly type: 'Interface' | 'Gateway';
  /** Whether the deployment makes it. */
  readonly isMade: boolean;
}

export function neededEndpoints({ environment }: Pick<Facts, 'environment'>): readonly NeededEndpoint[] {
  const { egress } = environment.network;
  if (egress?.kind !== 'endpoints') return [];
  return [
    ...(egress.interfaces ?? []).map(({ service, existing }) => ({
      service,
      type: 'Interface' as const,
      isMade: existing === undefined,
    })),
    ...(egress.gateways ?? []).map(({ service, existing = false }) => ({
      service,
      type: 'Gateway' as const,
      isMade: !existing,
    })),
  ];
}

/** In China the names begin with `cn.`. */
export function endpointFor(
  { service, type }: Pick<NeededEndpoint, 'service' | 'type'>,
  { endpoints, environment }: Pick<Facts, 'endpoints' | 'environment'>,
): VpcEndpoint | undefined {
  const name = `com.amazonaws.${environment.region}.${service}`;
  return endpoints.find(
    ({ ServiceName = '', VpcEndpointType, State }) =>
      ServiceName.endsWith(name) && VpcEndpointType === type && State?.toLowerCase() !== 'deleted',
  );
}

export function endpointsInUse(facts: Pick<Facts, 'endpoints' | 'environment'>): readonly VpcEndpoint[] {
  return neededEndpoints(facts).flatMap((needed) => endpointFor(needed, facts) ?? []);
}
