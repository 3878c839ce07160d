/** The functions reach the database's port, and besides it only what the environment's egress names. Nothing is open to the world. */
import type { ConfigurationProblem } from '../../configuration/configuration-error.js';
import { inVpc, isDatabaseFunction, lambdasOf, type Rule, type SynthesizedDeployment } from '../deployment.js';
import { isResource, listOf, type Properties, type Resource } from '../templates.js';

const EVERYWHERE = ['0.0.0.0/0', '::/0'];
const HTTPS = '443';
/** The CDK's own, in a group that lets nothing out. */
const NOWHERE = '255.255.255.255/32';

export const egress: Rule = {
  guardrail: 'open-egress',
  find(deployment) {
    const ports = databasePorts(deployment);
    return functionGroups(deployment).flatMap((group) => {
      const rules = egressRulesOf(deployment, group);
      const path = `${group.logicalId}: SecurityGroupEgress`;
      const surplus = rules
        .filter((rule) => !isToDatabase(rule, ports) && !isOfEnvironment(rule, deployment))
        .map((rule) => ({
          path,
          got: describe(rule),
          expected: `tcp ${ports.join(' or ')} to the security group of the proxy or the database${alsoAllowed(deployment)}`,
          fix: 'name what the functions call in network.egress of the environment, or remove the rule',
        }));
      return [...surplus, ...missingEgress(path, group, rules, ports)];
    });
  },
};

export const ingress: Rule = {
  find({ templates }) {
    const rules = [
      ...templates.ofType('AWS::EC2::SecurityGroupIngress').map((rule) => [rule, rule.properties] as const),
      ...templates
        .ofType('AWS::EC2::SecurityGroup')
        .flatMap((group) =>
          listOf(group.properties.SecurityGroupIngress).map((rule) => [group, rule as Properties] as const),
        ),
    ];
    return rules
      .filter(([, rule]) => isEverywhere(rule))
      .map(([resource, rule]) => ({
        path: `${resource.logicalId}: ingress`,
        got: describe(rule, 'from'),
        expected: 'connections of named security groups only',
        fix: 'name the security group that connects, in place of the address range',
      }));
  },
};

/** The security groups that are created here. What is in a group that exists is not in the templates. */
function functionGroups(deployment: SynthesizedDeployment): Resource[] {
  const { templates } = deployment;
  const groups = lambdasOf(deployment)
    .filter((lambda) => inVpc(lambda) && isDatabaseFunction(lambda, deployment))
    .flatMap(({ file, properties }) =>
      listOf(properties.VpcConfig.SecurityGroupIds).map((id) => templates.resolve(file, id)),
    );
  return [...new Set(groups.filter(isResource))];
}

function egressRulesOf({ templates }: SynthesizedDeployment, group: Resource): Properties[] {
  const separate = templates
    .ofType('AWS::EC2::SecurityGroupEgress')
    .filter(({ file, properties }) => templates.resolve(file, properties.GroupId) === group)
    .map(({ properties }) => properties);
  return [...(listOf(group.properties.SecurityGroupEgress) as Properties[]), ...separate].filter(
    ({ CidrIp }) => CidrIp !== NOWHERE,
  );
}

function missingEgress(
  path: string,
  group: Resource,
  rules: readonly Properties[],
  ports: readonly string[],
): ConfigurationProblem[] {
  if (listOf(group.properties.SecurityGroupEgress).length === 0) {
    return [
      {
        path,
        got: 'no rule inside the security group',
        expected: 'a rule inside it: EC2 opens a group without one to everywhere',
        fix: 'create the group with createNetwork of @vpc-postgres/backend',
      },
    ];
  }
  if (rules.some((rule) => isToDatabase(rule, ports))) return [];
  return [
    {
      path,
      got: `no rule for the port of the database, tcp ${ports.join(' or ')}`,
      expected: 'a rule to the security group of the proxy or the database',
      fix: 'call provideDatabase with the network of createNetwork in amplify/backend.ts',
    },
  ];
}

/** Literal, or a reference that rule and variable share. */
function databasePorts(deployment: SynthesizedDeployment): string[] {
  const variables = lambdasOf(deployment)
    .filter((lambda) => isDatabaseFunction(lambda, deployment))
    .flatMap(({ properties }) => listOf(properties.Environment?.Variables?.DATABASE_PORT));
  return [...new Set(variables.map(asText))];
}

const asText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const isOnPort = ({ IpProtocol, FromPort, ToPort }: Properties, ports: readonly string[]) =>
  IpProtocol === 'tcp' && asText(FromPort) === asText(ToPort) && ports.includes(asText(FromPort));

const isToDatabase = (rule: Properties, ports: readonly string[]) =>
  isOnPort(rule, ports) && rule.DestinationSecurityGroupId !== undefined;

const isEverywhere = ({ CidrIp, CidrIpv6 }: Properties) =>
  [CidrIp, CidrIpv6].some((range) => EVERYWHERE.includes(String(range)));

function isOfEnvironment(rule: Properties, { environment }: SynthesizedDeployment): boolean {
  if (!isOnPort(rule, [HTTPS])) return false;
  const { egress } = environment.network;
  if (isEverywhere(rule)) return egress?.kind === (rule.CidrIpv6 === undefined ? 'nat' : 'ipv6');
  const isToService = rule.DestinationSecurityGroupId !== undefined || rule.DestinationPrefixListId !== undefined;
  return isToService && egress?.kind === 'endpoints';
}

function alsoAllowed({ environment }: SynthesizedDeployment): string {
  const kind = environment.network.egress?.kind ?? 'none';
  return kind === 'none' ? '' : `, and tcp ${HTTPS} for egress { kind: '${kind}' }`;
}

function describe(rule: Properties, direction: 'to' | 'from' = 'to'): string {
  const { IpProtocol, FromPort, ToPort, CidrIp, CidrIpv6, DestinationSecurityGroupId, DestinationPrefixListId } = rule;
  const ports = FromPort === undefined ? 'every port' : [...new Set([FromPort, ToPort].map(asText))].join(' to ');
  const peer = CidrIp ?? CidrIpv6 ?? DestinationSecurityGroupId ?? DestinationPrefixListId;
  return `${IpProtocol === '-1' ? 'every protocol' : IpProtocol} ${ports} ${direction} ${asText(peer)}`;
}
