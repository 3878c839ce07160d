/** Reads what the CDK's validations found: our guardrails, and CloudFormation Validate. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ValidationFinding {
  /** Who found it, for example `Guardrails`. */
  readonly plugin: string;
  readonly rule: string;
  readonly severity: string;
  readonly problem: string;
  readonly fix: string | undefined;
  /** Where: paths of constructs. */
  readonly constructs: readonly string[];
  /** Set on a finding that the environment acknowledges. */
  readonly acknowledgedReason: string | undefined;
}

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly suggestedFix?: string;
  readonly severity?: string;
  readonly reason?: string;
  readonly violatingConstructs?: readonly { readonly constructPath?: string }[];
}

interface Report {
  readonly pluginReports?: readonly {
    readonly pluginName: string;
    readonly violations?: readonly Violation[];
    readonly suppressedViolations?: readonly Violation[];
  }[];
}

/** @param assembly The folder of a cloud assembly. */
export function readValidationFindings(assembly: string): ValidationFinding[] {
  const file = join(assembly, 'validation-report.json');
  if (!existsSync(file)) return [];
  const { pluginReports = [] }: Report = JSON.parse(readFileSync(file, 'utf8'));
  return pluginReports.flatMap(({ pluginName, violations = [], suppressedViolations = [] }) => [
    ...violations.map((violation) => toFinding(pluginName, violation, undefined)),
    ...suppressedViolations.map((violation) => toFinding(pluginName, violation, violation.reason ?? '')),
  ]);
}

function toFinding(plugin: string, violation: Violation, acknowledgedReason: string | undefined): ValidationFinding {
  return {
    plugin,
    rule: violation.ruleName,
    severity: violation.severity ?? 'error',
    problem: violation.description,
    fix: violation.suggestedFix,
    constructs: (violation.violatingConstructs ?? []).flatMap(({ constructPath }) => constructPath ?? []),
    acknowledgedReason,
  };
}
