/** The statements of every IAM policy at or below a construct. */
import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { asList, asRecord, type Properties, resourcesOf } from './resources.js';

export interface IamStatement {
  readonly construct: CfnResource;
  readonly effect: unknown;
  readonly actions: readonly string[];
  /** Rendered: texts or intrinsic functions. */
  readonly resources: readonly unknown[];
  /** The logical ids of the roles that it applies to, as far as they are in the same stack. */
  readonly roleIds: readonly string[];
}

export function statementsOf(root: IConstruct): IamStatement[] {
  return [...attachedStatements(root), ...inlineStatements(root)];
}

/** The logical id of a function's role. A role from outside of the function's stack has none. */
export function roleIdOf({ Role }: Properties): string | undefined {
  const [id] = asList(asRecord(Role)['Fn::GetAtt']);
  return typeof id === 'string' ? id : undefined;
}

/** What the policies of this backend allow a function. Those that AWS manages are not among them. */
export function allowedActionsOf(fn: CfnResource, properties: Properties): string[] {
  const roleId = roleIdOf(properties);
  if (roleId === undefined) return [];
  return statementsOf(Stack.of(fn))
    .filter(({ effect, roleIds }) => effect === 'Allow' && roleIds.includes(roleId))
    .flatMap(({ actions }) => actions);
}

function attachedStatements(root: IConstruct): IamStatement[] {
  return resourcesOf(root, ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']).flatMap(({ construct, properties }) => {
    const roleIds = asList(properties.Roles)
      .flatMap((role) => asList(asRecord(role).Ref))
      .filter(isText);
    return readStatements(construct, properties.PolicyDocument, roleIds);
  });
}

function inlineStatements(root: IConstruct): IamStatement[] {
  return resourcesOf(root, ['AWS::IAM::Role']).flatMap(({ construct, properties }) => {
    const roleIds = [Stack.of(construct).resolve(construct.logicalId)].filter(isText);
    return asList(properties.Policies).flatMap((policy) =>
      readStatements(construct, asRecord(policy).PolicyDocument, roleIds),
    );
  });
}

function readStatements(construct: CfnResource, document: unknown, roleIds: readonly string[]): IamStatement[] {
  return asList(asRecord(document).Statement)
    .map(asRecord)
    .map((statement) => ({
      construct,
      effect: statement.Effect,
      actions: asList(statement.Action).filter(isText),
      resources: asList(statement.Resource),
      roleIds,
    }));
}

const isText = (value: unknown): value is string => typeof value === 'string';
