/** Writes the report for a person: a line a check, and below what is wrong the fix to paste. */
import { styleText } from 'node:util';
import type { DoctorReport, ReportedCheck, ReportedFinding } from './report.js';

export interface Paper {
  /** Columns. */
  readonly width: number;
  readonly colour: boolean;
}

const MARKS = { ok: '✓', warning: '!', problem: '✗', unknown: '?', skipped: '-' } as const;
const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red', unknown: 'magenta', skipped: 'dim' } as const;
const INDENT = '      ';

type Style = Parameters<typeof styleText>[0];

export function renderReport(report: DoctorReport, paper: Paper): string {
  const style = styler(paper);
  const heading = `${report.environment}: account ${report.account}, ${report.region}`;
  const titles = report.groups.flatMap(({ checks }) => checks.map(({ title }) => title.length));
  const titleWidth = Math.max(0, ...titles);
  const groups = report.groups.flatMap(({ title, checks }) => [
    '',
    style('bold', title),
    ...checks.flatMap((check) => renderCheck(check, titleWidth, paper)),
  ]);
  return [style('bold', heading), ...groups, '', ...renderEnd(report, paper)].join('\n');
}

function styler({ colour }: Paper): (format: Style, text: string) => string {
  return (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
}

function renderCheck(check: ReportedCheck, titleWidth: number, paper: Paper): string[] {
  const style = styler(paper);
  const { title, status, detail = '', findings, breaks, page } = check;
  const mark = style(COLOURS[status], MARKS[status]);
  const start = `  ${mark} ${title.padEnd(titleWidth)}  `;
  const room = paper.width - titleWidth - 6;
  if (findings.length === 0) return [`${start}${style('dim', shorten(detail, room))}`.trimEnd()];
  return [
    `  ${mark} ${style('bold', title)}`,
    ...findings.flatMap((finding) => renderFinding(finding, paper)),
    ...wrap(`Otherwise: ${breaks}`, paper.width, INDENT).map((line) => style('dim', line)),
    style('dim', `${INDENT}docs/${page}`),
  ];
}

function renderFinding({ problem, fix }: ReportedFinding, paper: Paper): string[] {
  const style = styler(paper);
  const [command = '', ...then] = isCommand(fix) ? fix.split(/, (?=then |and )/) : [];
  // A command stays on one line, so that it can be pasted.
  const commandLine = command === '' ? [] : [`${INDENT}  ${command}`];
  const words = command === '' ? fix : then.join(', ');
  const fixLines = [...commandLine, ...(words === '' ? [] : wrap(words, paper.width, `${INDENT}  `))];
  return [...wrap(problem, paper.width, INDENT), ...fixLines.map((line) => style('cyan', line))];
}

const isCommand = (fix: string) => /^(aws|npx|npm) /.test(fix);

function shorten(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 0)).trimEnd()}…`;
}

function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const longer = line === indent ? `${indent}${word}` : `${line} ${word}`;
    if (longer.length > width && line !== indent) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

function renderEnd({ summary, missingPermissions, stoppedBecause, environment }: DoctorReport, paper: Paper): string[] {
  const style = styler(paper);
  const { ok, problems, warnings, unknown } = summary;
  const parts = [
    problems > 0 && style('red', plural(problems, 'problem')),
    warnings > 0 && style('yellow', plural(warnings, 'warning')),
    unknown > 0 && style('magenta', `${unknown} not checked`),
    `${ok} in order`,
  ].filter((part) => part !== false);
  const isCalm = problems + warnings + unknown === 0 && stoppedBecause === undefined;
  const end = isCalm ? [style('green', `${environment} is in order: ${ok} checks.`)] : [`${parts.join(', ')}.`];
  if (stoppedBecause !== undefined) end.push(`Nothing else was looked at: ${stoppedBecause}.`);
  if (missingPermissions === undefined) return end;
  return [
    ...end,
    '',
    'Your credentials lack these permissions:',
    ...missingPermissions.actions.map((action) => `  ${action}`),
    'This policy grants them:',
    JSON.stringify(missingPermissions.policy, null, 2),
  ];
}

const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
