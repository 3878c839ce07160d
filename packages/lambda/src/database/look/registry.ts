/**
 * Remembers how each database of this process is looked at, by the count of its activity, which a resolver is given anyway. It
 * imports nothing: a function without a database has a resolver, too, and no node-postgres in its bundle.
 */
import type { DatabaseActivity } from '../activity.js';
import { type LookQuestion, readLookQuestion } from './question.js';
import type { LookReport } from './report.js';

/** @param remainingMillis of the invocation */
export type Look = (question: LookQuestion, remainingMillis: number) => Promise<LookReport>;

/** The part of Lambda's context that is needed here. */
export interface AskedContext {
  readonly clientContext?: unknown;
  getRemainingTimeInMillis(): number;
}

const LOOKS = new WeakMap<Readonly<DatabaseActivity>, Look>();

const NO_DATABASE: LookReport = {
  lookFromInside: 1,
  target: { host: '', port: 0, database: '', user: '', region: '' },
  hops: [],
  environment: { uptimeSeconds: 0, poolConnections: 0 },
};

export function rememberLook(activity: Readonly<DatabaseActivity>, look: Look): void {
  LOOKS.set(activity, look);
}

/** @returns nothing when the invocation does not ask. */
export async function lookIfAsked(
  activity: Readonly<DatabaseActivity>,
  context: AskedContext,
): Promise<LookReport | undefined> {
  const question = readLookQuestion(context.clientContext);
  if (question === undefined) return undefined;
  return LOOKS.get(activity)?.(question, context.getRemainingTimeInMillis()) ?? NO_DATABASE;
}
