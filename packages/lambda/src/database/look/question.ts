/**
 * How a function is asked to look from inside: by the client context of an invocation. Only a caller of Lambda's own Invoke
 * can set one (`lambda:InvokeFunction`); AppSync, CloudFormation and event sources send a payload alone, whatever is in it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-ClientContext
 */
const KEY = 'vpc-postgres';
const LOOK = 'look from inside';

export interface LookQuestion {
  /** The caller's clock: a function whose clock differs signs tokens that AWS rejects. */
  readonly sentAt: Date;
}

/** The client context that asks. It is sent as JSON, in Base64. */
export function lookQuestion({ sentAt }: LookQuestion): { readonly custom: Readonly<Record<string, string>> } {
  return { custom: { [KEY]: LOOK, sentAt: sentAt.toISOString() } };
}

/** @param clientContext of Lambda's context. @returns nothing for every other invocation. */
export function readLookQuestion(clientContext: unknown): LookQuestion | undefined {
  const custom = (clientContext as { custom?: Record<string, unknown> } | undefined)?.custom;
  return custom?.[KEY] === LOOK ? { sentAt: new Date(String(custom.sentAt)) } : undefined;
}
