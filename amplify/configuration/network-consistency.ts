/** What the values of a network must have in common. */
import type { ConfigurationProblem } from './configuration-error.js';
import type { EndpointEgressSettings, NatEgressSettings, NetworkSettings } from './network-settings.js';
import { quote } from './quote.js';

export function networkInconsistencies(network: NetworkSettings): ConfigurationProblem[] {
  const { egress } = network;
  if (egress?.kind === 'nat') return natInconsistencies(network, egress);
  if (egress?.kind === 'endpoints') return endpointInconsistencies(network.kind, egress);
  return [];
}

function natInconsistencies(network: NetworkSettings, { gateways }: NatEgressSettings): ConfigurationProblem[] {
  if (network.kind === 'created') return [];
  const problems: ConfigurationProblem[] = [];
  if ('type' in network.subnets && network.subnets.type === 'isolated') {
    problems.push({
      path: 'network.subnets.type',
      got: quote(network.subnets.type),
      expected: "subnets with a route to a NAT gateway, because egress is { kind: 'nat' }",
      fix: "choose { type: 'withEgress' }, or another egress",
    });
  }
  if (gateways !== undefined) {
    problems.push({
      path: 'network.egress.gateways',
      got: quote(gateways),
      expected: 'nothing: an existing VPC has NAT gateways of its own',
      fix: 'remove it',
    });
  }
  return problems;
}

function endpointInconsistencies(
  networkKind: NetworkSettings['kind'],
  { gateways = [], interfaces = [] }: EndpointEgressSettings,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (gateways.length + interfaces.length === 0) {
    problems.push({
      path: 'network.egress',
      got: 'no endpoint',
      expected: 'at least one of gateways and interfaces',
      fix: "name the services that the functions call, or choose { kind: 'none' }",
    });
  }
  for (const [list, endpoints] of Object.entries({ gateways, interfaces })) {
    for (const [index, { service, existing }] of endpoints.entries()) {
      if (networkKind === 'created' && existing !== undefined && existing !== false) {
        problems.push({
          path: `network.egress.${list}.${index}.existing`,
          got: quote(existing),
          expected: 'nothing: a created VPC is empty, so no endpoint is in it yet',
          fix: 'remove it, to have the endpoint made',
        });
      }
      if (endpoints.findIndex((endpoint) => endpoint.service === service) === index) continue;
      problems.push({
        path: `network.egress.${list}.${index}.service`,
        got: quote(service),
        expected: 'each service once',
        fix: 'remove one of the two',
      });
    }
  }
  return problems;
}
