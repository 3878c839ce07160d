/** What a check is, and what it finds. */
import type { CheckId } from './check-ids.js';
import type { Facts } from './facts.js';

export interface Finding {
  /** One sentence with the values that were found. */
  readonly problem: string;
  /** What to do, or a command to paste. */
  readonly fix: string;
  /** A warning is what works today and should not stay. @default 'problem' */
  readonly severity?: 'problem' | 'warning';
}

/** What was not asked for, and how to ask for it. */
export interface Skipped {
  readonly skipped: string;
}

/** What is in order, in a few words; findings; or nothing where the check does not apply to this environment. */
export type Outcome = string | readonly Finding[] | Skipped | undefined;

export interface Check {
  readonly id: CheckId;
  /** What is checked, in a few words: the line of the report. */
  readonly title: string;
  /** One sentence: what breaks when it is not in order. */
  readonly breaks: string;
  /** A heading of docs/: `troubleshooting.md#the-function-times-out-and-logs-nothing`. */
  readonly page: string;
  run(facts: Facts): Outcome;
}

export interface CheckGroup {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** The findings, or what is in order when there is none. */
export function findingsOr(findings: readonly (Finding | false | undefined)[], inOrder: string): Outcome {
  const found = findings.filter((finding) => finding !== false && finding !== undefined);
  return found.length > 0 ? found : inOrder;
}

/** `1 subnet`, `2 subnets`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
