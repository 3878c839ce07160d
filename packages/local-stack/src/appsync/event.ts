/** Builds the event that a resolver's Lambda receives: the payload of Amplify's own resolver template, field by field. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AuthenticatedCaller } from './caller.js';

/**
 * What AppSync sends to the function of an Amplify `a.handler.function`. There is no `info` in it, although the type
 * `AppSyncResolverEvent` promises one: a handler can only tell its fields apart by `fieldName`.
 *
 * @see the request template in @aws-amplify/graphql-function-transformer
 */
export interface AppSyncEvent {
  typeName: string;
  fieldName: string;
  arguments: Record<string, unknown>;
  /** Null for a caller with an API key. */
  identity: AuthenticatedCaller['identity'];
  /** The parent object; null for a field of Query or Mutation. */
  source: unknown;
  request: {
    /** By lower-cased name. */
    headers: Record<string, string>;
    /** The API's custom domain; null without one. */
    domainName: string | null;
  };
  /** What the step before returned. Amplify's first step returns `{}`. */
  prev: { result: unknown };
}

/** What one HTTP request brings to each of its resolvers. */
export interface RequestContext {
  caller: AuthenticatedCaller;
  headers: Record<string, string>;
  /** By when it must have been answered, on the clock of performance.now(). */
  deadlineMillis: number;
  /** True while a mutation's result is sent to a subscription: its resolver has run when the client subscribed. */
  isDelivery?: boolean;
  /** Called with the arguments of the field that a client subscribes to. */
  onSubscribe?: (args: Record<string, unknown>) => void;
}

export interface ResolvedField {
  typeName: string;
  fieldName: string;
  arguments: Record<string, unknown>;
  source: unknown;
  prev: AppSyncEvent['prev'];
}

/** The event of one field. It crosses to the Lambda as JSON, so it is made of plain values only. */
export function createEvent(field: ResolvedField, { caller, headers }: RequestContext): AppSyncEvent {
  return {
    typeName: field.typeName,
    fieldName: field.fieldName,
    // graphql-js hands out objects without a prototype.
    arguments: toPlainJson(field.arguments),
    identity: caller.identity,
    source: field.source ?? null,
    request: { headers, domainName: null },
    prev: field.prev,
  };
}

/** The headers as a resolver sees them: every one, the authorization header too, but never the cookies. */
export function requestHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || name === 'cookie') return [];
    return [[name, Array.isArray(value) ? value.join(', ') : value]];
  });
  return Object.fromEntries(entries);
}

function toPlainJson(value: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value));
}
