/** Runs the checks, and makes the report of what they found. Its shape is promised: docs/doctor.schema.json. */
import { actionsOf, describeRefusal, type Refusal } from '../aws/answer.js';
import { type PolicyDocument, policyFor } from '../aws/policy.js';
import type { Check, CheckGroup } from './check.js';
import { type Facts, Unreadable } from './facts.js';

export interface ReportedFinding {
  readonly severity: 'problem' | 'warning';
  readonly problem: string;
  readonly fix: string;
}

export interface ReportedCheck {
  /** One of check-ids.ts. */
  readonly id: string;
  readonly title: string;
  /** `unknown`: AWS did not tell what the check needs. `skipped`: it was not asked for. */
  readonly status: 'ok' | 'warning' | 'problem' | 'unknown' | 'skipped';
  /** What was found in order, why it is unknown, or how to ask for it. */
  readonly detail?: string;
  readonly findings: readonly ReportedFinding[];
  readonly breaks: string;
  /** A page of the documentation, relative to its folder docs/. */
  readonly page: string;
}

export interface ReportedGroup {
  readonly title: string;
  readonly checks: readonly ReportedCheck[];
}

export interface DoctorReport {
  readonly formatVersion: 1;
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  /** Why the rest was not looked at, when it was not. */
  readonly stoppedBecause?: string;
  readonly groups: readonly ReportedGroup[];
  readonly summary: {
    readonly ok: number;
    readonly warnings: number;
    readonly problems: number;
    readonly unknown: number;
    readonly skipped: number;
  };
  /** What the credentials lack, and the statement that grants it. */
  readonly missingPermissions?: { readonly actions: readonly string[]; readonly policy: PolicyDocument };
}

/** @param refusals What AWS did not tell, of all reads. */
export function makeReport(
  facts: Facts,
  groups: readonly CheckGroup[],
  refusals: readonly Refusal[],
  stoppedBecause?: string,
): DoctorReport {
  const { account, region } = facts.environment;
  const reported = groups
    .map(({ title, checks }) => ({ title, checks: checks.flatMap((check) => runCheck(check, facts) ?? []) }))
    .filter(({ checks }) => checks.length > 0);
  const all = reported.flatMap(({ checks }) => checks);
  const number = (status: ReportedCheck['status']) => all.filter((check) => check.status === status).length;
  const denied = refusals.filter(({ reason }) => reason === 'not permitted');
  const reads = [...new Set(denied.filter(({ grants }) => grants === undefined).map(({ read }) => read))].toSorted();
  const grants = denied.flatMap((refusal) => refusal.grants ?? []);
  const actions = [...reads, ...actionsOf(grants)].toSorted();
  return {
    formatVersion: 1,
    environment: facts.name,
    account,
    region,
    ...(stoppedBecause !== undefined && { stoppedBecause }),
    groups: reported,
    summary: {
      ok: number('ok'),
      warnings: number('warning'),
      problems: number('problem'),
      unknown: number('unknown'),
      skipped: number('skipped'),
    },
    ...(actions.length > 0 && { missingPermissions: { actions, policy: policyFor(reads, region, grants) } }),
  };
}

/** @returns nothing for a check that does not apply. */
function runCheck({ id, title, breaks, page, run }: Check, facts: Facts): ReportedCheck | undefined {
  const common = { id, title, breaks, page };
  try {
    const outcome = run(facts);
    if (outcome === undefined) return undefined;
    if (typeof outcome === 'string') return { ...common, status: 'ok', detail: outcome, findings: [] };
    if ('skipped' in outcome) return { ...common, status: 'skipped', detail: outcome.skipped, findings: [] };
    const findings = outcome.map(
      ({ severity = 'problem', problem, fix }): ReportedFinding => ({ severity, problem, fix }),
    );
    const status = findings.some(({ severity }) => severity === 'problem') ? 'problem' : 'warning';
    return { ...common, status, findings };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ...common, status: 'unknown', detail: describeRefusal(error.refusal), findings: [] };
  }
}
