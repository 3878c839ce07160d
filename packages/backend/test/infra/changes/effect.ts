/** Says what CloudFormation does with a second deployment, by the CDK's own table of which property replaces what. */
import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import type { Environment } from '../../../src/configuration/environment.js';
import { type Change, cachedContext, type Shape } from './shapes.js';

export const DATABASE_IS_DELETED = '**the created database is deleted**, and leaves a final snapshot';
export const DATABASE_IS_REPLACED = '**the created database is replaced by an empty one**';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html */
const RESTARTS_DATABASE = ['DBInstanceClass', 'DBParameterGroupName'];

/** Of no interest to a person: what the CDK and Amplify count, and what carries the rest. */
const NOT_LISTED = /^(AWS::CDK::Metadata|AWS::CloudFormation::Stack|AWS::IAM::.*|Custom::.*|AWS::Lambda::Permission)$/;

/** The templates of an environment, or the error that ends its synthesis. */
export type Deploy = (environment: Environment) => Pick<Synthesis, 'files'> | Promise<Pick<Synthesis, 'files'>>;

/** The whole backend. */
export const deployBackend: Deploy = (environment) =>
  synthesize(branch('main'), { environments: { main: environment }, cachedContext, bundle: false, validate: false });

/** @returns undefined where the change does not apply to the shape. */
export async function effectOf(
  { environment }: Shape,
  { apply }: Change,
  before: Pick<Synthesis, 'files'>,
  deploy: Deploy,
): Promise<string | undefined> {
  const changed = apply(environment);
  if (changed === undefined) return undefined;
  try {
    return describeEffect(before, await deploy(changed));
  } catch (error) {
    return rejection(error as Error);
  }
}

function rejection(error: Error & { problems?: readonly { path: string }[] }): string {
  const paths = error.problems?.map(({ path }) => `\`${path.replace('environments.main.', '')}\``);
  if (paths === undefined) throw error;
  return `rejected before the deployment: ${paths.join(', ')}`;
}

function describeEffect(before: Pick<Synthesis, 'files'>, after: Pick<Synthesis, 'files'>): string {
  const differences = differencesBetween(before, after);
  const fixed = differences.flatMap(fixedSettingsChangedBy);
  if (fixed.length > 0)
    return `refused by the deployment before it changes anything: ${fixed.join(', ')} cannot change`;
  const types = (...impacts: ResourceImpact[]) => {
    const matching = differences.filter(({ changeImpact }) => impacts.includes(changeImpact));
    const names = new Set(
      matching.map(({ oldResourceType, newResourceType }) => oldResourceType ?? newResourceType ?? ''),
    );
    return [...names]
      .filter((type) => !NOT_LISTED.test(type))
      .map((type) => type.replace('AWS::', ''))
      .toSorted();
  };
  const replaced = types(ResourceImpact.WILL_REPLACE);
  const maybe = types(ResourceImpact.MAY_REPLACE).filter((type) => !replaced.includes(type));
  const deleted = types(ResourceImpact.WILL_DESTROY, ResourceImpact.WILL_ORPHAN);
  const parts = [
    replaced.includes('RDS::DBInstance') && DATABASE_IS_REPLACED,
    deleted.includes('RDS::DBInstance') && DATABASE_IS_DELETED,
    differences.some(restartsDatabase) && 'the database restarts, about a minute',
    replaced.length > 0 && `replaced: ${replaced.join(', ')}`,
    maybe.length > 0 && `possibly replaced: ${maybe.join(', ')}`,
    deleted.length > 0 && `deleted: ${deleted.join(', ')}`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts.join('; ');
  return differences.some(({ changeImpact }) => changeImpact !== ResourceImpact.NO_CHANGE)
    ? 'no interruption'
    : 'nothing';
}

function differencesBetween(before: Pick<Synthesis, 'files'>, after: Pick<Synthesis, 'files'>): ResourceDifference[] {
  return [...new Set([...before.files.keys(), ...after.files.keys()])].flatMap((file) => {
    const template = ({ files }: typeof before) => JSON.parse(files.get(file) ?? '{}');
    const found: ResourceDifference[] = [];
    fullDiff(template(before), template(after)).resources.forEachDifference((_, difference) => {
      const isFixed = difference.resourceType === 'Custom::FixedSettings';
      // The table has no custom resources, and takes every change of one for none.
      if (isFixed || difference.changeImpact !== ResourceImpact.NO_CHANGE) found.push(difference);
    });
    return found;
  });
}

interface Settings {
  readonly Settings: readonly { readonly name: string; readonly value: unknown }[];
}

/** Those that src/network/refuse-change.ts holds on to. */
function fixedSettingsChangedBy({ resourceType, oldProperties, newProperties }: ResourceDifference): string[] {
  if (resourceType !== 'Custom::FixedSettings' || oldProperties === undefined || newProperties === undefined) return [];
  const [former, wanted] = [oldProperties, newProperties].map((properties) => (properties as Settings).Settings);
  return (wanted ?? [])
    .filter(({ name, value }) =>
      former?.some((setting) => setting.name === name && JSON.stringify(setting.value) !== JSON.stringify(value)),
    )
    .map(({ name }) => `\`${name}\``);
}

function restartsDatabase({ resourceType, changeImpact, propertyUpdates }: ResourceDifference): boolean {
  const stays = changeImpact === ResourceImpact.WILL_UPDATE || changeImpact === ResourceImpact.MAY_REPLACE;
  if (resourceType !== 'AWS::RDS::DBInstance' || !stays) return false;
  return RESTARTS_DATABASE.some((property) => propertyUpdates[property]?.isDifferent === true);
}
