/** What a synthesis has to say: data for scripts, and text for people. */
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { CostedEnvironment } from '../cost/costed.js';
import { estimateMonthlyCost, type MonthlyCost } from '../cost/monthly-cost.js';
import { renderMonthlyCost } from '../cost/render-monthly-cost.js';
import { NETWORK_REPORT, type NetworkReport, type RuleToAdd } from '../network/network-report.js';
import type { Template } from '../testing/templates.js';
import { readTemplateFiles, type TemplateFile } from './cloud-assembly.js';
import { estimateFirstDeployment, type FirstDeployment, renderFirstDeployment } from './first-deployment.js';
import { readValidationFindings, type ValidationFinding } from './validation-report.js';

export interface SynthReport {
  readonly environment: string;
  readonly type: string;
  readonly account: string;
  readonly region: string;
  readonly templates: readonly TemplateFile[];
  /** How long the creation of all this takes. */
  readonly firstDeployment: FirstDeployment;
  /** Absent when a finding ended the synthesis before there was one. */
  readonly network: NetworkReport | undefined;
  /** Absent with `network`. */
  readonly monthlyCost: MonthlyCost | undefined;
  /** What the validations found and nobody acknowledged: errors end the synthesis. */
  readonly findings: readonly ValidationFinding[];
  readonly acknowledged: readonly ValidationFinding[];
}

export function readSynthReport(
  assembly: string,
  deployment: Pick<SynthReport, 'environment' | 'type' | 'account' | 'region'>,
  environment: CostedEnvironment,
): SynthReport {
  const templates = readTemplateFiles(assembly);
  const paths = templates.map(({ path }) => path);
  const contents = paths.map((path): TemplateWithReport => JSON.parse(readFileSync(path, 'utf8')));
  const network = contents.map(networkReportOf).find((report) => report !== undefined);
  const all = readValidationFindings(assembly);
  return {
    ...deployment,
    templates,
    firstDeployment: estimateFirstDeployment(paths),
    network,
    monthlyCost: network && estimateMonthlyCost(contents, environment, deployment.region, network.zoneCount),
    findings: all.filter(({ acknowledgedReason }) => acknowledgedReason === undefined),
    // CloudFormation Validate has one, about the lookup stack, that says nothing about the environment.
    acknowledged: all.filter(
      ({ acknowledgedReason, plugin }) => acknowledgedReason !== undefined && plugin === 'Guardrails',
    ),
  };
}

export const isError = ({ severity }: ValidationFinding) => severity === 'error' || severity === 'fatal';

export interface TemplateWithReport extends Template {
  readonly Metadata?: { readonly [NETWORK_REPORT]?: string };
}

/** Stands in one of the templates. */
export function networkReportOf({ Metadata }: TemplateWithReport): NetworkReport | undefined {
  const report = Metadata?.[NETWORK_REPORT];
  return report === undefined ? undefined : JSON.parse(report);
}

/**
 * @param show How a path is printed.
 * @param colour Whether the text goes to a terminal.
 */
export function renderSynthReport(report: SynthReport, show: (path: string) => string, colour: boolean): string {
  const heading = (text: string) => (colour ? styleText('bold', text) : text);
  const errors = report.findings.filter(isError);
  const warnings = report.findings.filter((finding) => !errors.includes(finding));
  const sections = [
    ...(errors.length > 0 ? [renderFindings(heading('Refused'), errors)] : [renderTemplates(report, show, heading)]),
    ...(warnings.length > 0 ? [renderFindings(heading('Warnings'), warnings)] : []),
    ...(report.acknowledged.length > 0 ? [renderAcknowledged(heading('Acknowledged'), report.acknowledged)] : []),
    ...(errors.length === 0 ? [renderFirstDeployment(report.firstDeployment, report.type === 'branch')] : []),
    ...(report.monthlyCost && errors.length === 0 ? renderMonthlyCost(report.monthlyCost, report.region, heading) : []),
    ...(report.network && errors.length === 0 ? renderRules(report.network, heading) : []),
  ];
  return sections.join('\n\n');
}

function renderTemplates(
  { templates }: SynthReport,
  show: (path: string) => string,
  heading: (text: string) => string,
) {
  const rows = templates.map(({ path, resourceCount }) => `${String(resourceCount).padStart(5)}  ${show(path)}`);
  return [heading('Nothing was deployed. Resources in each template:'), '', ...rows].join('\n');
}

function renderFindings(heading: string, findings: readonly ValidationFinding[]): string {
  const texts = findings.map(({ plugin, rule, problem, fix, constructs }) =>
    [
      `  ${plugin === 'Guardrails' ? rule : `${plugin}: ${rule}`}`,
      `    problem  ${problem}`,
      ...(fix === undefined ? [] : [`    fix      ${fix}`]),
      ...constructs.map((path) => `    where    ${path}`),
    ].join('\n'),
  );
  return [heading, ...texts].join('\n\n');
}

function renderAcknowledged(heading: string, findings: readonly ValidationFinding[]): string {
  return [
    heading,
    '',
    ...findings.map(
      ({ rule, problem, acknowledgedReason }) => `  ${rule}: ${problem}\n    reason   ${acknowledgedReason}`,
    ),
  ].join('\n');
}

function renderRules({ rulesToAdd }: NetworkReport, heading: (text: string) => string): string[] {
  if (rulesToAdd.length === 0) return [];
  const rules = [
    heading('Rules that the owners of these security groups must add (--json prints them as data):'),
    '',
    ...rulesToAdd.map(renderRule),
    ...(rulesToAdd.some(({ direction }) => direction === 'egress')
      ? ['', '  An `out to` rule is there already where the group allows everything out, as a new group does.']
      : []),
  ];
  return [rules.join('\n')];
}

function renderRule({ securityGroupId, direction, protocol, port, peer, description }: RuleToAdd): string {
  const way = direction === 'ingress' ? 'in from' : 'out to';
  return `  ${securityGroupId}  ${way} ${peer}, ${protocol} ${port}  (${description})`;
}
