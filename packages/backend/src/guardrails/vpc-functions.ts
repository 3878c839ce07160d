/** The Lambda functions of the backend that have network interfaces in a VPC, however they got them. */
import { type IResolvable, Token } from 'aws-cdk-lib';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { GuardedBackend } from './guardrail.js';
import { asList, asRecord, type Properties, resourcesOf } from './resources.js';

export interface VpcFunction {
  readonly construct: CfnFunction;
  readonly properties: Properties;
  /** Ids, or the CDK's tokens of those that are not known before deployment. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export function functionsInVpc({ root }: GuardedBackend): VpcFunction[] {
  return resourcesOf(root, ['AWS::Lambda::Function']).flatMap(({ construct, properties }) => {
    if (!(construct instanceof CfnFunction) || properties.VpcConfig === undefined) return [];
    const rendered = asRecord(properties.VpcConfig);
    const typed = typedConfig(construct.vpcConfig);
    return [
      {
        construct,
        properties,
        subnetIds: idsOf(rendered.SubnetIds, typed?.subnetIds),
        securityGroupIds: idsOf(rendered.SecurityGroupIds, typed?.securityGroupIds),
      },
    ];
  });
}

/** The subnets of the VPC that a function is in. One of another VPC is not among them. */
export function subnetsOf({ subnetIds }: VpcFunction, { network: { vpc } }: GuardedBackend): ISubnet[] {
  const all = [...vpc.isolatedSubnets, ...vpc.privateSubnets, ...vpc.publicSubnets];
  return all.filter((subnet) => subnetIds.includes(subnet.subnetId));
}

/**
 * As rendered where the ids are known, which includes what somebody overrode; the typed tokens where they are not, because a
 * rendered reference to another stack does not say to what.
 */
function idsOf(rendered: unknown, typed: readonly string[] = []): string[] {
  const known = asList(rendered).filter((id) => typeof id === 'string');
  const unknown = asList(rendered).length - known.length;
  return unknown === 0 ? known : [...known, ...typed.filter((id) => Token.isUnresolved(id))];
}

function typedConfig(config: CfnFunction['vpcConfig']): CfnFunction.VpcConfigProperty | undefined {
  return config === undefined || isResolvable(config) ? undefined : config;
}

function isResolvable(value: object): value is IResolvable {
  return 'resolve' in value;
}
