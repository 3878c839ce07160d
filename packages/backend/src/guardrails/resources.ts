/** Reads resources as CloudFormation will get them: with what people override on them. */
import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Properties of a resource, names as in the template. Values may be intrinsic functions. */
export type Properties = Readonly<Record<string, unknown>>;

export interface SynthesizedResource {
  readonly construct: CfnResource;
  readonly properties: Properties;
}

/** Every resource of these types at or below a construct. */
export function resourcesOf(root: IConstruct, types: readonly string[]): SynthesizedResource[] {
  return root.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .filter((construct) => types.includes(construct.cfnResourceType))
    .map((construct) => ({ construct, properties: propertiesOf(construct) }));
}

export function propertiesOf(resource: CfnResource): Properties {
  // The CDK has no public way to a single rendered resource; the typed properties lack the overrides.
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    Resources: Record<string, { Properties?: Properties }>;
  };
  return Object.values(Resources)[0]?.Properties ?? {};
}

/** What a value that refers to another resource refers to, in whichever stack that is. */
export function referencedConstruct(value: unknown): IConstruct | undefined {
  const token = typeof value === 'string' ? Tokenization.reverseString(value).firstToken : value;
  return Reference.isReference(token) ? token.target : undefined;
}

/** A name for messages: the path without the root stack's long name. */
export function nameOf(construct: IConstruct): string {
  return construct.node.path.split('/').slice(1).join('/') || construct.node.path;
}

export function asRecord(value: unknown): Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
