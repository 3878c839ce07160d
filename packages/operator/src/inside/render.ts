/** Prints what functions saw from inside: a line a hop, and for the broken one the fix and the doctor's check. */
import { styleText } from 'node:util';
import type { ExplainedHop, FunctionLook } from '@vpc-postgres/lambda/database/look/explain.js';
import type { InsideReport } from './ask.js';

export interface RenderOptions {
  /** @default false */
  readonly colour?: boolean;
}

const MARKS = { ok: '✓', failed: '✗', skipped: '·' } as const;
const COLOURS = { ok: 'green', failed: 'red', skipped: 'dim' } as const;
const TITLE_WIDTH = 11;
const MILLIS_WIDTH = 8;

export function renderInside({ functions, problem }: InsideReport, { colour = false }: RenderOptions = {}): string {
  if (problem !== undefined) return problem;
  if (functions.length === 0) return 'No function of this environment has a database: there is nothing to look at.';
  const style = (kind: Parameters<typeof styleText>[0], text: string) => (colour ? styleText(kind, text) : text);

  const renderHop = ({ title, status, millis, finding, fix, check }: ExplainedHop): string[] => {
    const time = millis === undefined ? '' : `${millis.toFixed(millis < 10 ? 1 : 0)} ms`;
    const mark = style(COLOURS[status], MARKS[status]);
    return [
      `  ${mark} ${title.padEnd(TITLE_WIDTH)}${time.padStart(MILLIS_WIDTH)}  ${finding}`,
      ...(fix === undefined ? [] : [`      fix    ${fix}`]),
      ...(check === undefined ? [] : [`      check  ${check}`]),
    ];
  };

  const renderSession = ({ report }: FunctionLook): string[] => {
    if (report?.session === undefined) return [];
    const { roleSettings, sessionUser } = report.session;
    return [style('dim', `    alter role ${sessionUser} set: ${roleSettings.join(', ') || 'nothing'}`)];
  };

  const renderFunction = (look: FunctionLook): string =>
    [
      `${style('bold', look.functionName)}`,
      ...(look.status === 'ok' ? [] : [`  ${style('red', look.summary)}`]),
      ...look.hops.flatMap(renderHop),
      ...renderSession(look),
    ].join('\n');

  return functions.map(renderFunction).join('\n\n');
}
