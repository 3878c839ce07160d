/** Looks into the templates of a synthesis, whichever stack a resource is in. */
import type { Synthesis } from './cloud-assembly.js';

export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  /** The template's file name. */
  readonly stack: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any CloudFormation resource.
  readonly properties: Record<string, any>;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

interface RawResource {
  readonly Type: string;
  readonly Properties?: TemplateResource['properties'];
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesIn({ files }: Synthesis): TemplateResource[] {
  return [...files].flatMap(([stack, text]) => {
    const { Resources = {} }: { Resources?: Record<string, RawResource> } = JSON.parse(text);
    return Object.entries(Resources).map(([id, resource]) => ({
      id,
      type: resource.Type,
      stack,
      properties: resource.Properties ?? {},
      dependsOn: [resource.DependsOn ?? []].flat(),
      deletionPolicy: resource.DeletionPolicy,
      updateReplacePolicy: resource.UpdateReplacePolicy,
    }));
  });
}

/** Without the tags, which Amplify puts on everything. */
export function ofType(synthesis: Synthesis, type: string): TemplateResource[] {
  return resourcesIn(synthesis)
    .filter((resource) => resource.type === type)
    .map((resource) => ({ ...resource, properties: { ...resource.properties, Tags: undefined } }))
    .map(({ properties: { Tags: _, ...properties }, ...resource }) => ({ ...resource, properties }));
}

export interface AllowStatement {
  readonly actions: readonly string[];
  /** Each as text: references as REF(id), region, account and partition as words. */
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** What the policies in one stack allow. */
export function allowStatementsIn(synthesis: Synthesis, stack: string): AllowStatement[] {
  return resourcesIn(synthesis)
    .filter((resource) => resource.type === 'AWS::IAM::Policy' && resource.stack.includes(stack))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action, Resource, Condition }) => ({
      actions: [Action].flat(),
      resources: [Resource].flat().map(asText),
      condition: Condition,
    }));
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'REGION',
  'AWS::AccountId': 'ACCOUNT',
};

function asText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return PSEUDO_PARAMETERS[String(argument)] ?? `REF(${argument})`;
  if (name === 'Fn::Join' && Array.isArray(argument)) return argument[1].map(asText).join(String(argument[0]));
  return `REF(${JSON.stringify(value)})`;
}
