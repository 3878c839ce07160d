/** Closed egress is what keeps a function that was taken over from sending the database's contents anywhere. */
import type { EgressSettings } from '../../configuration/network-settings.js';
import type { Guardrail } from '../guardrail.js';
import { asList, asRecord, nameOf, type Properties, resourcesOf } from '../resources.js';

const EVERYWHERE = ['0.0.0.0/0', '::/0'];
const HTTPS = 443;

export const openEgress: Guardrail = {
  name: 'open-egress',
  fix: "name what the functions call in network.egress { kind: 'endpoints', … }; or choose { kind: 'nat' } or { kind: 'ipv6' }, which open port 443 and no other",
  find({ root, environment: { network } }) {
    const kind = network.egress?.kind ?? 'none';
    const groups = resourcesOf(root, ['AWS::EC2::SecurityGroup']).map(({ construct, properties }) => ({
      construct,
      rules: asList(properties.SecurityGroupEgress).map(asRecord),
    }));
    const rules = resourcesOf(root, ['AWS::EC2::SecurityGroupEgress']).map(({ construct, properties }) => ({
      construct,
      rules: [properties],
    }));
    return [...groups, ...rules].flatMap((group) =>
      group.rules
        .filter((rule) => isOpen(rule) && !(isOfEgress(rule, kind) && isHttps(rule)))
        .map((rule) => ({
          construct: group.construct,
          problem: `${nameOf(group.construct)} lets out ${describe(rule)}, and egress is '${kind}'.`,
        })),
    );
  },
};

const isOpen = ({ CidrIp, CidrIpv6 }: Properties) =>
  [CidrIp, CidrIpv6].some((range) => EVERYWHERE.includes(String(range)));

/** NAT translates IPv4, and the gateway for IPv6 has no way for anything else. */
const isOfEgress = ({ CidrIp, CidrIpv6 }: Properties, kind: EgressSettings['kind']) =>
  (kind === 'nat' && CidrIpv6 === undefined) || (kind === 'ipv6' && CidrIp === undefined);

const isHttps = ({ IpProtocol, FromPort, ToPort }: Properties) =>
  IpProtocol === 'tcp' && FromPort === HTTPS && ToPort === HTTPS;

function describe({ IpProtocol, FromPort, ToPort, CidrIp, CidrIpv6 }: Properties): string {
  const ports = FromPort === undefined ? 'every port' : `ports ${FromPort} to ${ToPort}`;
  return `${IpProtocol === '-1' ? 'every protocol' : IpProtocol} on ${ports} to ${CidrIp ?? CidrIpv6}`;
}
