/** What AWS answers to a read: the value, or the reason why there is none. A refusal is a value, so that the rest still comes. */
import type { PolicyStatement } from './policy.js';
import type { ReadName, SecretReadName } from './reads.js';

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Refusal {
  readonly read: ReadName | SecretReadName;
  readonly reason:
    | 'not permitted'
    | 'not found'
    | 'not signed in'
    | 'region is off'
    | 'throttled'
    | 'no answer in time'
    | 'failed';
  /** AWS's or Node.js's own words. */
  readonly message: string;
  /** What IAM has to permit, where that is not the read on all that it reads. */
  readonly grants?: readonly PolicyStatement[];
}

export function answered<Value>(value: Value): Answer<Value> {
  return { ok: true, value };
}

export function mapAnswer<From, To>(answer: Answer<From>, map: (value: From) => To): Answer<To> {
  return answer.ok ? answered(map(answer.value)) : answer;
}

/** One answer of many: all values, or the first refusal. */
export function allAnswered<Value>(answers: readonly Answer<Value>[]): Answer<Value[]> {
  const values: Value[] = [];
  for (const answer of answers) {
    if (!answer.ok) return answer;
    values.push(answer.value);
  }
  return answered(values);
}

/** What does not exist is known, and no refusal. */
export function orNothing<Value>(answer: Answer<Value>): Answer<Value | undefined> {
  return !answer.ok && answer.refusal.reason === 'not found' ? answered(undefined) : answer;
}

/** The refusal of what this depends on, or what is there when nothing depends on it. */
export function refusedOr<Value>(answer: Answer<unknown>, value: Value): Answer<Value> {
  return answer.ok ? answered(value) : answer;
}

/** For a person: `not permitted: rds:DescribeDBProxies`. */
export function describeRefusal({ reason, read, message, grants }: Refusal): string {
  if (reason === 'failed') return `${read} failed: ${message}`;
  if (grants !== undefined) return `${reason}: ${actionsOf(grants).join(', ')}`;
  return `${reason}: ${read}`;
}

export function actionsOf(statements: readonly PolicyStatement[]): string[] {
  return [...new Set(statements.flatMap(({ Action }) => Action))];
}

/** Sorts the errors of the AWS SDK. By their names: the messages differ from service to service. */
export function refusalOf(read: Refusal['read'], error: unknown): Refusal {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const known = REASONS.find(([pattern]) => pattern.test(name))?.[1];
  // CloudFormation has no name of its own for it.
  const isMissingStack = name === 'ValidationError' && /does not exist/.test(message);
  const reason = known ?? (isMissingStack ? 'not found' : 'failed');
  return { read, reason, message: message === '' || message === 'UnknownError' ? name : message };
}

const REASONS: readonly (readonly [RegExp, Refusal['reason']])[] = [
  [/AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized/, 'not permitted'],
  [/OptInRequired/, 'region is off'],
  [/Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/, 'throttled'],
  [
    /ExpiredToken|InvalidClientTokenId|UnrecognizedClient|AuthFailure|Signature|CredentialsProvider|TokenProvider|SSO/,
    'not signed in',
  ],
  [/NotFound|NoSuch/, 'not found'],
  [/AbortError|TimeoutError/, 'no answer in time'],
];
