/** Says what CloudFormation does with a second deployment, by the CDK's own table of which property replaces what. */
import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import type { Environment } from '../../../src/configuration/environment.js';
import type { Change } from './change.js';
import { cachedContext } from './shapes.js';

export const DATABASE_IS_DELETED = '**the created database is deleted**, and leaves a final snapshot';
export const DATABASE_IS_REPLACED = '**the created database is replaced by an empty one**';
const USERS_GO = '**from then on the users are deleted with the deployment**';

const LOG_GROUP = 'AWS::Logs::LogGroup';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html */
const RESTARTS_DATABASE = ['DBInstanceClass', 'DBParameterGroupName'];

/** Which the credentials of the deployment must be of. */
const OF_CREDENTIALS = ['account', 'region'];

/** Of no interest to a person: what the CDK and Amplify count, and what carries the rest. */
const NOT_LISTED = /^(AWS::CDK::Metadata|AWS::CloudFormation::Stack|AWS::IAM::.*|Custom::.*|AWS::Lambda::Permission)$/;

export type Templates = Pick<Synthesis, 'files' | 'missingLookups'>;

/** The templates of an environment, or the error that ends its synthesis. */
export type Deploy = (environment: Environment) => Templates | Promise<Templates>;

/** The whole backend. */
export const deployBackend: Deploy = (environment) =>
  synthesize(branch('main'), { environments: { main: environment }, cachedContext, bundle: false, validate: false });

/** @param former The templates of the environment as it was. @param changed As it is now. */
export async function effectOf(
  { field }: Change,
  former: Templates,
  changed: Environment,
  deploy: Deploy,
): Promise<string> {
  try {
    return describeEffect(former, await deploy(changed));
  } catch (error) {
    return rejection(error as Error, field);
  }
}

/** By the validation of the environment, or by a guardrail. */
function rejection(error: Error & { problems?: readonly { path: string }[] }, field: string): string {
  const paths = error.problems?.map(({ path }) => `\`${path.replace('environments.main.', '')}\``);
  const guardrails = [...error.message.matchAll(/Guardrails::([a-z-]+)/g)].map(([, name]) => `guardrail \`${name}\``);
  const reasons = [...new Set(paths ?? guardrails)];
  if (reasons.length === 0) throw error;
  // Everything that the environment names is of its account and region: one path says it.
  const own = reasons.filter((reason) => reason === `\`${field}\`` && OF_CREDENTIALS.includes(field));
  return `rejected before the deployment: ${(own.length > 0 ? own : reasons).join(', ')}`;
}

function describeEffect(before: Templates, after: Templates): string {
  const unanswered = [...before.missingLookups, ...after.missingLookups].map(({ key }) => key);
  if (unanswered.length > 0) throw new Error(`shapes.ts has no answer to ${unanswered.join(', ')}`);
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
    differences.some(leavesUsersUnprotected) && USERS_GO,
    shorterRetention(differences),
    differences.some(restartsDatabase) && 'the database restarts, about a minute',
    replaced.length > 0 && `replaced: ${replaced.join(', ')}`,
    maybe.length > 0 && `possibly replaced: ${maybe.join(', ')}`,
    deleted.length > 0 && `deleted: ${deleted.join(', ')}`,
  ].filter((part) => part !== false && part !== undefined);
  if (parts.length > 0) return parts.join('; ');
  return differences.some(({ changeImpact }) => changeImpact !== ResourceImpact.NO_CHANGE)
    ? 'no interruption'
    : 'nothing';
}

function differencesBetween(before: Templates, after: Templates): ResourceDifference[] {
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

function leavesUsersUnprotected({ resourceType, oldValue, newValue }: ResourceDifference): boolean {
  const isKept = (resource: typeof oldValue) => resource?.DeletionPolicy === 'Retain';
  return resourceType === 'AWS::Cognito::UserPool' && isKept(oldValue) && newValue !== undefined && !isKept(newValue);
}

/** CloudWatch deletes what is older as soon as a group is kept for less. */
function shorterRetention(differences: readonly ResourceDifference[]): string | undefined {
  const days = differences
    .filter(({ oldResourceType, newResourceType }) => oldResourceType === LOG_GROUP && newResourceType === LOG_GROUP)
    .filter(({ oldProperties: former, newProperties: changed }) => former?.RetentionInDays > changed?.RetentionInDays)
    .map(({ newProperties }) => newProperties?.RetentionInDays);
  return days.length === 0 ? undefined : `**logs older than ${Math.min(...days)} days are deleted**`;
}
