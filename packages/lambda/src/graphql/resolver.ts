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

export type FieldResolver = (caller: Caller, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * The resolvers of a schema's operations, each with the arguments and the result that the schema gives it.
 *
 * @template Schema `ClientSchema` of the operations that one function resolves: of a domain, or some of it with `Pick`.
 */
export type FieldResolvers<Schema> = {
  [Name in keyof Schema as Schema[Name] extends Operation ? Name : never]: Schema[Name] extends Operation
    ? (caller: Caller, args: Schema[Name]['args']) => Promise<ResultOf<Schema[Name]>>
    : never;
};

/** What `ClientSchema` says of a query, a mutation or a subscription. */
interface Operation {
  operationType: string;
  args: unknown;
  returnType: unknown;
}

/** The resolver of a subscription runs when a client subscribes. It has no result: the mutations send theirs. */
type ResultOf<Resolved extends Operation> = Resolved['operationType'] extends 'Subscription'
  ? null
  : Resolved['returnType'];

export interface ResolverOptions {
  /** By field name of the schema: FieldResolvers, or functions that read their arguments themselves. */
  fields: Readonly<Record<string, (caller: Caller, args: never) => Promise<unknown>>>;
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
        // AppSync has checked them against the schema that the resolver's types come from.
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
