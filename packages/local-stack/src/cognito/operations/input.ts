/** Checks what an operation is given, and refuses it in Cognito's words. */
import { z } from 'zod';
import { CognitoError, invalidParameter } from '../errors.js';
import type { Operation, PoolContext } from '../pool-context.js';

/**
 * An operation that is given what fits the schema. Members that the schema does not have are ignored, as Cognito ignores
 * those that it does not know.
 */
export function operation<Schema extends z.ZodTypeAny>(
  schema: Schema,
  run: (input: z.output<Schema>, context: PoolContext) => object | Promise<object>,
): Operation {
  return async (input, context) => run(checkInput(schema, input), context);
}

/** @throws CognitoError with all that does not fit */
export function checkInput<Schema extends z.ZodTypeAny>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw refusalOf(parsed.error.issues);
  return parsed.data;
}

/** @param pattern as Cognito's reference gives it: its messages name it */
export const matching = (pattern: string, maxLength: number, minLength = 1) =>
  z
    .string()
    .min(minLength, `Member must have length greater than or equal to ${minLength}`)
    .max(maxLength, `Member must have length less than or equal to ${maxLength}`)
    .regex(new RegExp(`^(?:${pattern})$`, 'u'), `Member must satisfy regular expression pattern: ${pattern}`);

export const username = matching('[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+', 128);
export const groupName = username;
export const clientId = matching('[\\w+]+', 128);
export const userPoolId = matching('[\\w-]+_[0-9a-zA-Z]+', 55);
export const password = matching('[\\S]+.*[\\S]+', 256);
export const code = matching('[\\S]+', 2048);
export const token = matching('[A-Za-z0-9-_=.]+', 16_384);
export const session = matching('[\\S]+', 2048, 20);
export const totpCode = matching('[0-9]+', 6, 6);
export const attributeName = matching('[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+', 32);
export const attributes = z
  .array(
    z.object({
      Name: attributeName,
      Value: z.string().max(2048, 'Member must have length less than or equal to 2048').default(''),
    }),
  )
  .max(100, 'Member must have length less than or equal to 100');
/** AuthParameters and ChallengeResponses. */
export const parameters = z.record(z.string().max(131_072, 'Member must have length less than or equal to 131072'));

function refusalOf(issues: readonly z.ZodIssue[]): CognitoError {
  const isOfWrongType = issues.find(
    (issue) => issue.code === 'invalid_type' && issue.received !== 'undefined' && issue.received !== 'null',
  );
  if (isOfWrongType !== undefined) {
    return new CognitoError('SerializationException', `${placeOf(isOfWrongType)}: ${isOfWrongType.message}`);
  }
  const constraints = issues.map((issue) =>
    issue.code === 'invalid_type'
      ? `Value null at '${placeOf(issue)}' failed to satisfy constraint: Member must not be null`
      : `Value at '${placeOf(issue)}' failed to satisfy constraint: ${issue.message}`,
  );
  const count = `${constraints.length} validation error${constraints.length === 1 ? '' : 's'} detected`;
  return invalidParameter(`${count}: ${constraints.join('; ')}`);
}

/** `userAttributes.1.member.name`, as Cognito writes it. */
function placeOf({ path }: z.ZodIssue): string {
  if (path.length === 0) return 'the request';
  return path
    .map((step) =>
      typeof step === 'number' ? `${step + 1}.member` : `${step.slice(0, 1).toLowerCase()}${step.slice(1)}`,
    )
    .join('.');
}
