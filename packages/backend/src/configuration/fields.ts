/** Defines the forms of single values, the types of whole settings, and how the help beside a field is found. */
import { z } from 'zod/v4';
import { REPLACE_ME } from './configuration-error.js';

/** What is expected in a field, and how its value is found or corrected. It is beside each field, in `.meta()`. */
export type FieldHelp = { readonly expected: string; readonly fix: string };

/** What environments.ts writes for a schema: read-only, and an option is left out and never undefined. */
export type Settings<Schema extends z.ZodType> = Exact<z.output<Schema>>;
type Exact<Value> = Value extends object
  ? { readonly [Key in keyof Value]: Exact<Exclude<Value[Key], undefined>> }
  : Value;

export const LEAVE_OUT = 'correct it, or leave it out';
export const COMPARE = 'compare with the environment `example`';

export function text(pattern: RegExp, help: FieldHelp) {
  const matching = z.string().refine((value) => value !== REPLACE_ME && pattern.test(value));
  return matching.meta(help);
}

/** An id of EC2: 8 digits long in old resources, 17 in new ones. */
export function resourceId(prefix: 'vpc' | 'subnet' | 'sg', fix: string) {
  const pattern = new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
  return text(pattern, { expected: `${prefix}- and 8 or 17 hexadecimal digits`, fix });
}

export function wholeNumber(minimum: number, maximum: number, help: Partial<FieldHelp> = {}) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  const whole = z.int().min(minimum).max(maximum);
  return whole.meta({ expected, fix: LEAVE_OUT, ...help });
}

export const trueOrFalse = z.boolean().meta({ expected: 'true or false', fix: LEAVE_OUT });

export function oneWordOf<const Words extends readonly string[]>(words: Words, fix = LEAVE_OUT) {
  return z.enum(words).meta({ expected: alternatives(words), fix });
}

/** One of several objects, which `kind` tells apart. */
export function oneKindOf<const Options extends readonly [Kind, ...Kind[]]>(options: Options, fix: string) {
  const kinds = options.flatMap(({ shape }) => [...shape.kind.values]);
  const expected = alternatives(kinds);
  const help = { expected, fix: `choose one of the ${kinds.length === 2 ? 'two' : 'three'}` };
  for (const { shape } of options) z.globalRegistry.add(shape.kind, help);
  return z.discriminatedUnion('kind', options).meta({ expected: `an object with kind: ${expected}`, fix });
}
type Kind = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** An object with one of the fields. Not a union, which would hide which value is wrong. */
export function oneFieldOf<Shape extends Fields>(shape: Shape) {
  const schema = z
    .strictObject(shape)
    .partial()
    .superRefine((choices, context) => {
      // A field that is wrong in itself is absent here, and has been reported.
      const chosen = Object.values(choices).filter((choice) => choice !== undefined).length;
      if (context.issues.length === 0 && chosen !== 1) context.addIssue({ code: 'custom' });
    });
  return schema as unknown as z.ZodType<OneFieldOf<Shape>>;
}
type Fields = Readonly<Record<string, z.ZodType>>;
type OneFieldOf<Shape extends Fields> = {
  [Field in keyof Shape]: { [Chosen in keyof Pick<Shape, Field>]: z.output<Shape[Chosen]> };
}[keyof Shape];

export function areDistinct(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}

/** A list of exactly two that differ. Not a tuple, which would report the second of one as missing. */
export function twoDifferent<Item extends z.ZodType>(item: Item, help: FieldHelp) {
  const list = z.array(item).length(2).refine(areDistinct).meta(help);
  return list as unknown as z.ZodType<[z.output<Item>, z.output<Item>]>;
}

function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

const FIND_SECRETS = 'run aws secretsmanager list-secrets --query "SecretList[].[Name,ARN,KmsKeyId]"';

/** The complete ARN of a secret. Those that RDS makes have a `!` in their names. */
export const secretArn = text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/, {
  expected: 'the complete ARN of a secret, with its suffix of six characters',
  fix: FIND_SECRETS,
});

/** The key of a secret. */
export const kmsKeyArn = text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-z-]+$/, {
  expected: 'arn:aws:kms:<region>:<account>:key/…',
  fix: FIND_SECRETS,
});

/** A security group that another team owns. */
export type ExistingSecurityGroup = Settings<typeof existingSecurityGroup>;
export const existingSecurityGroup = z
  .strictObject({
    /** `sg-` and 8 or 17 hexadecimal digits. */
    id: resourceId('sg', 'run aws ec2 describe-security-groups --query "SecurityGroups[].[GroupId,GroupName]"'),
    /**
     * `add`: this backend adds ingress rules from groups that it creates, and removes them when it is deleted. `print`:
     * the group is not yours to change. `npm run synth` prints the rules that the owner must add, as text and as JSON;
     * also for `add` those out of the group, and those from another group that exists.
     */
    rules: oneWordOf(['add', 'print'], 'choose `print` where the group is not yours to change'),
  })
  .meta({ expected: "{ id: 'sg-…', rules: 'add' } or { id: 'sg-…', rules: 'print' }", fix: COMPARE });

/** The help of every field in a schema, by its path, with `*` for a position in a list or a key of a record. */
export function fieldHelp(schema: z.core.$ZodType, path: readonly string[] = []): Readonly<Record<string, FieldHelp>> {
  const { expected, fix } = z.globalRegistry.get(schema) ?? {};
  const own = typeof expected === 'string' && typeof fix === 'string' ? { [path.join('.')]: { expected, fix } } : {};
  return Object.assign(own, ...partsOf(schema).map(([part, ...steps]) => fieldHelp(part, [...path, ...steps])));
}

function partsOf(schema: z.core.$ZodType): [part: z.core.$ZodType, ...step: string[]][] {
  if (schema instanceof z.ZodOptional) return [[schema.unwrap()]];
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.map((option) => [option]);
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).map(([field, part]) => [part, field]);
  if (schema instanceof z.ZodArray) return [[schema.element, '*']];
  if (schema instanceof z.ZodRecord) return [[schema.valueType, '*']];
  return [];
}
