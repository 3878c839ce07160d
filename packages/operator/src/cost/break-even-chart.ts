/** Draws for a terminal what a month of interface endpoints and of a NAT gateway costs, by the gigabytes that go through. */
import { styleText } from 'node:util';
import { type BreakEven, type Line, roundUp, usdAt } from './break-even.js';

const ROWS = 17;
/** Every fourth row has its amount: quarters of the axis. */
const ROWS_PER_LABEL = 4;
/** For the amounts left of the chart. */
const LABEL_WIDTH = 8;
const MOST_COLUMNS = 100;
const NAT = 'N';

type Style = 'yellow' | 'cyan' | 'green' | 'magenta' | 'blueBright' | 'red';
const STYLES: readonly Style[] = ['cyan', 'green', 'magenta', 'blueBright', 'red'];

interface Drawn {
  readonly mark: string;
  readonly style: Style;
  readonly line: Line;
}

/** Each line is drawn with its mark: `N`, or the number of services. The NAT gateway is on top where lines meet. */
export function breakEvenChart(
  breakEven: BreakEven,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const { nat, endpoints, mostGigabytes } = breakEven;
  const width = Math.min(columns, MOST_COLUMNS) - LABEL_WIDTH - 3;
  const drawn: Drawn[] = [
    ...endpoints.map((line, index) => ({ mark: String(line.services), style: STYLES[index] ?? 'cyan', line })),
    { mark: NAT, style: 'yellow', line: nat },
  ];
  const mostUsd = roundUp(Math.max(...drawn.map(({ line }) => usdAt(line, mostGigabytes))));
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: width }, () => ' '));
  const paint = ({ mark, style }: Drawn) => (colour ? styleText(style, mark, { validateStream: false }) : mark);
  for (const one of drawn) {
    for (let column = 0; column < width; column += 1) {
      const usd = usdAt(one.line, (column / (width - 1)) * mostGigabytes);
      const row = cells[Math.round((1 - usd / mostUsd) * (ROWS - 1))];
      if (row !== undefined) row[column] = paint(one);
    }
  }
  const labelled = cells.map((row, index) => {
    const isLabelled = index % ROWS_PER_LABEL === 0;
    const label = isLabelled ? (mostUsd * (1 - index / (ROWS - 1))).toFixed(0) : '';
    return `${label.padStart(LABEL_WIDTH)} ${isLabelled ? '┤' : '│'} ${row.join('').trimEnd()}`.trimEnd();
  });
  const middle = (mostGigabytes / 2).toLocaleString('en');
  const end = `${mostGigabytes.toLocaleString('en')} GB`;
  const half = Math.floor(width / 2);
  const axis = `0${' '.repeat(half - 1 - Math.floor(middle.length / 2))}${middle}`;
  return [
    `${'USD'.padStart(LABEL_WIDTH)}`,
    ...labelled,
    `${' '.repeat(LABEL_WIDTH + 1)}└${'─'.repeat(width + 1)}`,
    `${' '.repeat(LABEL_WIDTH + 3)}${axis}${end.padStart(width - axis.length)}`,
  ];
}
