/** One change to a healthy account, and what the doctor must say of it: that, and nothing else. */
import type { CheckId } from '../../../src/doctor/check-ids.js';
import type { RecordedRequest } from '../recording-endpoint.js';
import type { Treatment } from './clinic.js';
import type { Shape } from './recipe.js';

export interface Breakage extends Treatment {
  readonly name: string;
  readonly shape: Shape;
  /** The one check that finds it. */
  readonly check: CheckId;
  /** @default 'problem' */
  readonly severity?: 'warning';
  /** Parts of each finding. */
  readonly problem: RegExp;
  readonly fix: RegExp;
}

export const EXISTING = 'an existing proxy';
export const UNDEPLOYED = 'an existing proxy, before the first deployment';
export const ENDPOINTS = 'a new proxy with secrets, and endpoints';
export const CLUSTER = 'a new proxy with IAM before a cluster, and NAT';
export const DIRECT = 'no proxy';
export const CREATED = 'everything created';

/** Changes one answer of moto's. */
export function inAnswerOf(
  action: string,
  pattern: RegExp | string,
  replacement: string,
): NonNullable<Treatment['rewrite']> {
  return (request: RecordedRequest, body: string) => {
    if (request.action !== action && !request.path.endsWith(action)) return body;
    const changed = body.replaceAll(pattern, replacement);
    if (changed === body) throw new Error(`moto's answer to ${action} has no ${pattern}.`);
    return changed;
  };
}
