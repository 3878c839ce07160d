/**
 * The Lambda handler behind AppSync: picks the resolver by field name, wraps its result in the envelope, and writes one
 * log line for each invocation.
 */
import type { DatabaseActivity } from '../database/database.js';
import { UnauthenticatedError } from './client-error.js';
import type { ResolverEnvelope } from './envelope.js';
import { isOurFault, toResolverError } from './errors.js';
import { errorLogFields, type Log } from './log.js';

/**
 * What AppSync sends for an Amplify `a.handler.function`. There is no `info`, whatever AWS's types say: Amplify's
 * request mapping leaves it out.
 */
export interface ResolverEvent {
  typeName: string;
  fieldName: string;
  arguments: Readonly<Record<string, unknown>>;
  /** Null for callers that are not users of the pool. */
  identity: { sub?: string } | null;
}

/** The part of Lambda's context that we use. */
export interface InvocationContext {
  awsRequestId: string;
}

/** The signed-in user, as AppSync verified it. */
export interface Caller {
  /** Cognito's immutable user id. */
  sub: string;
}

export type FieldResolver = (caller: Caller, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface ResolverOptions {
  /** By field name of the schema. */
  fields: Readonly<Record<string, FieldResolver>>;
  activity: Readonly<DatabaseActivity>;
  log: Log;
}

export type ResolverHandler = (event: ResolverEvent, context: InvocationContext) => Promise<ResolverEnvelope>;

export function createResolver({ fields, activity, log }: ResolverOptions): ResolverHandler {
  let coldStart = true;

  return async (event, context) => {
    const start = performance.now();
    const before = { ...activity };
    const invocation = { requestId: context.awsRequestId, field: event.fieldName, coldStart };
    coldStart = false;

    const measurements = () => ({
      durationMillis: roundMillis(performance.now() - start),
      connection: connectionUse(before, activity),
      connectMillis: roundMillis(activity.connectMillis - before.connectMillis),
      queryMillis: roundMillis(activity.queryMillis - before.queryMillis),
      rows: activity.rows - before.rows,
    });

    try {
      const resolve = Object.hasOwn(fields, event.fieldName) ? fields[event.fieldName] : undefined;
      if (resolve === undefined) throw new Error(`No resolver for the field ${event.typeName}.${event.fieldName}.`);
      const data = await resolve(callerOf(event), event.arguments);
      log('info', 'resolved', { ...invocation, ...measurements() });
      return { data };
    } catch (error) {
      const resolverError = toResolverError(error, context.awsRequestId);
      log(isOurFault(error) ? 'error' : 'info', 'refused', {
        ...invocation,
        ...measurements(),
        errorType: resolverError.type,
        ...errorLogFields(error),
      });
      return { error: resolverError };
    }
  };
}

function callerOf({ identity }: ResolverEvent): Caller {
  if (typeof identity?.sub !== 'string' || identity.sub === '') throw new UnauthenticatedError();
  return { sub: identity.sub };
}

function connectionUse(before: DatabaseActivity, after: DatabaseActivity): 'new' | 'reused' | 'none' {
  if (after.connectionsOpened > before.connectionsOpened) return 'new';
  return after.statements > before.statements ? 'reused' : 'none';
}

function roundMillis(millis: number): number {
  return Math.round(millis * 100) / 100;
}
