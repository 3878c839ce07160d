/**
 * Handles the AppSync event in Lambda: picks the resolver by field name, wraps its result in the envelope, and writes one
 * log line for each invocation.
 */
import type { DatabaseActivity } from '../database/activity.js';
import { monotonicMillis } from '../database/clock.js';
import { lookIfAsked } from '../database/look/registry.js';
import { failedHop } from '../database/look/report.js';
import { assertStorableText } from './arguments.js';
import { asCaller, type Caller, type InvocationContext } from './caller.js';
import type { InputProblem } from './client-error.js';
import { ENVELOPE_MARK, type ResolverEnvelope } from './envelope.js';
import { isServerFault, toResolverError } from './errors.js';
import { errorLogFields, type Log } from './log.js';

/**
 * What AppSync sends for an Amplify `a.handler.function`. There is no `info`, whatever AWS's types say: Amplify's
 * request mapping leaves it out.
 */
export interface ResolverEvent {
  typeName: string;
  fieldName: string;
  arguments: Readonly<Record<string, unknown>>;
  /** Null, or of another shape, for callers that are not users of the pool. */
  identity: unknown;
}

/** Answers a field. AppSync has checked the arguments against the schema, and who may call. */
export type FieldResolver<Arguments = Readonly<Record<string, unknown>>, Result = unknown> = (
  caller: Caller,
  args: Arguments,
) => Promise<Result>;

/**
 * A resolver for each query and mutation of a schema, with the arguments and the result that the schema declares: a field that
 * is added, removed or changed there does not compile here, until both agree.
 *
 * @typeParam Schema `ClientSchema` of @aws-amplify/data-schema.
 */
export type FieldResolvers<Schema> = {
  readonly [Field in keyof Schema as Schema[Field] extends Resolvable ? Field : never]: Schema[Field] extends Resolvable
    ? FieldResolver<Schema[Field]['args'], Awaited<Schema[Field]['returnType']>>
    : never;
};

/** What this uses of the type of a query or mutation. */
interface Resolvable {
  readonly operationType: 'Query' | 'Mutation';
  readonly args: unknown;
  readonly returnType: unknown;
}

export interface ResolverOptions {
  /** By field name of the schema: `FieldResolvers`. */
  fields: Readonly<Record<string, FieldResolver<never>>>;
  /** The problem that the caller gets when a constraint of this name rejects a row. @default {} */
  constraints?: Readonly<Record<string, InputProblem>>;
  activity: Readonly<DatabaseActivity>;
  log: Log;
}

export type ResolverHandler = (event: ResolverEvent, context: InvocationContext) => Promise<ResolverEnvelope>;

export function createResolver({ fields, constraints = {}, activity, log }: ResolverOptions): ResolverHandler {
  let coldStart = true;

  return async (event, context) => {
    const look = await lookIfAsked(activity, context);
    if (look !== undefined) {
      log('info', 'looked from inside', { requestId: context.awsRequestId, failedHop: failedHop(look)?.hop ?? null });
      // Not for AppSync, whose invocations have no client context: what they get is always an envelope.
      return look as unknown as ResolverEnvelope;
    }
    const start = monotonicMillis();
    const before = { ...activity };
    const invocation = { requestId: context.awsRequestId, field: event.fieldName, coldStart };
    coldStart = false;

    const measurements = () => ({
      durationMillis: roundMillis(monotonicMillis() - start),
      connection: connectionUse(before, activity),
      connectMillis: roundMillis(activity.connectMillis - before.connectMillis),
      queryMillis: roundMillis(activity.queryMillis - before.queryMillis),
      rows: activity.rows - before.rows,
      retries: activity.retries - before.retries,
    });

    try {
      const resolve = Object.hasOwn(fields, event.fieldName) ? fields[event.fieldName] : undefined;
      if (resolve === undefined) throw new Error(`No resolver for the field ${event.typeName}.${event.fieldName}.`);
      const data = await asCaller(event.identity, context, (caller) => {
        assertStorableText(event.arguments);
        // Of the types in the schema: AppSync has seen to it.
        return resolve(caller, event.arguments as never);
      });
      log('info', 'resolved', { ...invocation, ...measurements() });
      return { envelope: ENVELOPE_MARK, data };
    } catch (error) {
      const resolverError = toResolverError(error, { requestId: context.awsRequestId, constraints });
      log(isServerFault(error) ? 'error' : 'info', 'failed', {
        ...invocation,
        ...measurements(),
        errorType: resolverError.type,
        ...errorLogFields(error),
      });
      return { envelope: ENVELOPE_MARK, error: resolverError };
    }
  };
}

function connectionUse(before: DatabaseActivity, after: DatabaseActivity): 'new' | 'reused' | 'none' {
  if (after.connectionsOpened > before.connectionsOpened) return 'new';
  return after.statements > before.statements ? 'reused' : 'none';
}

function roundMillis(millis: number): number {
  return Math.round(millis * 100) / 100;
}
