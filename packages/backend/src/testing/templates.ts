/** Reads the templates of a synthesis as one: a reference from one stack to another leads to the resource itself. */

/** A template as the CDK writes it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: unknown }>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Properties;
}

/** Names as in CloudFormation. Values may be intrinsic functions. */
// biome-ignore lint/suspicious/noExplicitAny: the properties of any CloudFormation resource.
export type Properties = Readonly<Record<string, any>>;

/** By file name. */
export type TemplateFiles = Readonly<Record<string, Template>>;

export interface Resource {
  /** File name of its template. */
  readonly file: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

export interface Templates {
  readonly files: TemplateFiles;
  readonly resources: readonly Resource[];
  ofType(...types: readonly string[]): Resource[];
  /**
   * What a value of a template is.
   * @param file The template that the value is in.
   * @returns the resource that it refers to, in whichever stack; else the value as text, JSON for an intrinsic function.
   */
  resolve(file: string, value: unknown): Resource | string;
}

export function readTemplates(files: TemplateFiles): Templates {
  const resources = Object.entries(files).flatMap(([file, { Resources = {} }]) =>
    Object.entries(Resources).map(([logicalId, { Type, Properties = {} }]) => ({
      file,
      logicalId,
      type: Type,
      properties: Properties,
    })),
  );
  const { parameters, outputs } = linksBetween(files, resources);
  const byId = new Map(resources.map((resource) => [`${resource.file} ${resource.logicalId}`, resource]));

  const resolve = (file: string, value: unknown): Resource | string => {
    if (typeof value !== 'object' || value === null) return String(value);
    const [name, argument] = Object.entries(value)[0] ?? [];
    const [id, attribute = ''] = (name === 'Ref' || name === 'Fn::GetAtt' ? [argument].flat() : []).map(String);
    const link = name === 'Ref' ? parameters.get(String(id)) : outputs.get(attribute.replace(/^Outputs\./, ''));
    if (link !== undefined) return resolve(link.file, link.value);
    return byId.get(`${file} ${id}`) ?? JSON.stringify(value);
  };
  return { files, resources, ofType: (...types) => resources.filter(({ type }) => types.includes(type)), resolve };
}

interface Link {
  readonly file: string;
  readonly value: unknown;
}

/** The CDK gives the parameters and outputs between nested stacks names that no two of them share. */
function linksBetween(files: TemplateFiles, resources: readonly Resource[]) {
  const stacks = resources.filter(({ type }) => type === 'AWS::CloudFormation::Stack');
  return {
    parameters: new Map<string, Link>(
      stacks.flatMap(({ file, properties: { Parameters = {} } }) =>
        Object.entries(Parameters).map(([name, value]) => [name, { file, value }] as const),
      ),
    ),
    outputs: new Map<string, Link>(
      Object.entries(files).flatMap(([file, { Outputs = {} }]) =>
        Object.entries(Outputs).map(([name, { Value }]) => [name, { file, value: Value }] as const),
      ),
    ),
  };
}

export const isResource = (resolved: Resource | string): resolved is Resource => typeof resolved !== 'string';

export function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}

/** The name that defineFunction gave it; the logical id of what Amplify did not name. */
export function nameOf({ logicalId, properties }: Resource): string {
  const tags: readonly { Key: string; Value: string }[] = Array.isArray(properties.Tags) ? properties.Tags : [];
  return tags.find(({ Key }) => Key === 'amplify:friendly-name')?.Value ?? logicalId;
}
