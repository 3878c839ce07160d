/** What a synthesis has to say: data for scripts, and text for people. */
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { type MonthlyCost, NETWORK_REPORT, type NetworkReport, type RuleToAdd } from '../network/network-report.js';
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
  /** What the validations found and nobody acknowledged: errors end the synthesis. */
  readonly findings: readonly ValidationFinding[];
  readonly acknowledged: readonly ValidationFinding[];
}

export function readSynthReport(
  assembly: string,
  deployment: Pick<SynthReport, 'environment' | 'type' | 'account' | 'region'>,
): SynthReport {
  const templates = readTemplateFiles(assembly);
  const all = readValidationFindings(assembly);
  return {
    ...deployment,
    templates,
    firstDeployment: estimateFirstDeployment(templates.map(({ path }) => path)),
    network: templates.map(({ path }) => networkReportOf(path)).find((report) => report !== undefined),
    findings: all.filter(({ acknowledgedReason }) => acknowledgedReason === undefined),
    // CloudFormation Validate has one, about the lookup stack, that says nothing about the environment.
    acknowledged: all.filter(
      ({ acknowledgedReason, plugin }) => acknowledgedReason !== undefined && plugin === 'Guardrails',
    ),
  };
}

export const isError = ({ severity }: ValidationFinding) => severity === 'error' || severity === 'fatal';

function networkReportOf(template: string): NetworkReport | undefined {
  const { Metadata }: { Metadata?: { [NETWORK_REPORT]?: string } } = JSON.parse(readFileSync(template, 'utf8'));
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
    ...(report.network && errors.length === 0 ? renderNetwork(report.network, heading) : []),
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

function renderNetwork({ egressCost, rulesToAdd }: NetworkReport, heading: (text: string) => string): string[] {
  const { egress, items, totalFixedUsd, alternatives } = egressCost;
  const cost = [
    heading(`Egress '${egress}' costs ${dollars(totalFixedUsd)} a month at the list prices of us-east-1.`),
    '',
    ...items.map((item) => renderCost('', item)),
    ...alternatives.map((item) => renderCost('instead: ', item)),
  ];
  if (rulesToAdd.length === 0) return [cost.join('\n')];
  const rules = [
    heading('Rules that the owners of these security groups must add (--json prints them as data):'),
    '',
    ...rulesToAdd.map(renderRule),
    ...(rulesToAdd.some(({ direction }) => direction === 'egress')
      ? ['', '  An `out to` rule is there already where the group allows everything out, as a new group does.']
      : []),
  ];
  return [cost.join('\n'), rules.join('\n')];
}

function renderCost(prefix: string, { what, fixedUsd, usdPerGigabyte }: MonthlyCost): string {
  const use = usdPerGigabyte === 0 ? '' : `, and ${dollars(usdPerGigabyte)} for each GB`;
  return `  ${dollars(fixedUsd).padStart(10)}  ${prefix}${what}${use}`;
}

function renderRule({ securityGroupId, direction, protocol, port, peer, description }: RuleToAdd): string {
  const way = direction === 'ingress' ? 'in from' : 'out to';
  return `  ${securityGroupId}  ${way} ${peer}, ${protocol} ${port}  (${description})`;
}

const dollars = (usd: number) => `${usd.toFixed(usd > 0 && usd < 0.1 ? 3 : 2)} USD`;
