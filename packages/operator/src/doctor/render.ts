/** Writes the report for a person: a line a check, and below what is wrong the fix to paste. */
import { styleText } from 'node:util';
import { wrapText } from '../wrap-text.js';
import type { DoctorReport, ReportedCheck, ReportedFinding } from './report.js';

export interface Paper {
  /** Columns. */
  readonly width: number;
  readonly colour: boolean;
  /** Whether what is in order keeps its line when it is longer than that, as in a file or a pipe. @default false */
  readonly keepsDetails?: boolean;
}

const MARKS = { ok: '✓', warning: '!', problem: '✗', unknown: '?', skipped: '·' } as const;
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
  const room = paper.keepsDetails === true ? detail.length : paper.width - titleWidth - 6;
  if (findings.length === 0) return [`${start}${style('dim', shorten(detail, room))}`.trimEnd()];
  return [
    `  ${mark} ${style('bold', title)}`,
    ...findings.flatMap((finding) => renderFinding(finding, paper)),
    ...wrapText(`Otherwise: ${breaks}`, paper.width, INDENT).map((line) => style('dim', line)),
    style('dim', `${INDENT}docs/${page}`),
  ];
}

function renderFinding({ problem, fix }: ReportedFinding, paper: Paper): string[] {
  const style = styler(paper);
  const [command = '', ...then] = isCommand(fix) ? fix.split(/, (?=then |and )/) : [];
  const commandLines = command === '' ? [] : breakCommand(command, paper.width);
  const words = command === '' ? fix : then.join(', ');
  const fixLines = [...commandLines, ...(words === '' ? [] : wrapText(words, paper.width, `${INDENT}  `))];
  return [...wrapText(problem, paper.width, INDENT), ...fixLines.map((line) => style('cyan', line))];
}

const isCommand = (fix: string) => /^(aws|npx|npm) /.test(fix);

/** In front of its options, as a shell continues a line: pasted, it is the command. */
function breakCommand(command: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of command.split(/ (?=--)/)) {
    const last = lines.at(-1);
    const indent = last === undefined ? `${INDENT}  ` : `${INDENT}    `;
    if (last !== undefined && last.length + part.length + CONTINUED.length < width) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else {
      if (last !== undefined) lines[lines.length - 1] = last + CONTINUED;
      lines.push(indent + part);
    }
  }
  return lines;
}

const CONTINUED = ' \\';

/** Behind a word, where there is more than one. */
function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  const start = text.slice(0, Math.max(room - 1, 0));
  return `${start.replace(/(?<=\S)[\s,]+\S*$/, '')}…`;
}

/** The sum comes last, where a terminal stops. */
function renderEnd(report: DoctorReport, paper: Paper): string[] {
  const style = styler(paper);
  const { summary, missingPermissions, stoppedBecause, environment } = report;
  const { ok, problems, warnings, unknown } = summary;
  const parts = [
    problems > 0 && style('red', plural(problems, 'problem')),
    warnings > 0 && style('yellow', plural(warnings, 'warning')),
    unknown > 0 && style('magenta', `${unknown} not checked`),
    `${ok} in order`,
  ].filter((part) => part !== false);
  const isCalm = problems + warnings + unknown === 0 && stoppedBecause === undefined;
  return [
    ...(missingPermissions === undefined ? [] : renderPermissions(missingPermissions)),
    ...renderTitles(report, paper),
    isCalm ? style('green', `${environment} is in order: ${ok} checks.`) : `${parts.join(', ')}.`,
    ...(problems > 1 ? ['Begin with the first: those below it can be its consequences.'] : []),
    ...(stoppedBecause === undefined ? [] : [`Nothing else was looked at: ${stoppedBecause}.`]),
  ];
}

function renderPermissions({ actions, policy }: NonNullable<DoctorReport['missingPermissions']>): string[] {
  return [
    'Your credentials lack these permissions:',
    ...actions.map((action) => `  ${action}`),
    'This policy grants them:',
    JSON.stringify(policy, null, 2),
    '',
  ];
}

/** What was found, once more by its titles: the lines above can be on another page of the terminal. */
function renderTitles({ groups }: DoctorReport, paper: Paper): string[] {
  const checks = groups.flatMap((group) => group.checks);
  return (['problem', 'warning'] as const).flatMap((status) => {
    const titles = checks.filter((check) => check.status === status).map(({ title }) => title);
    if (titles.length === 0) return [];
    const [first = '', ...rest] = wrapText(titles.join(', '), paper.width - 4);
    const mark = styler(paper)(COLOURS[status], MARKS[status]);
    return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
}

const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
