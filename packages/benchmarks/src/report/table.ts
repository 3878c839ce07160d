/** The report for a terminal. */
import type { Result } from './result.js';

const COLUMNS = ['name', 'ours', 'baseline', 'ratio', 'threshold'] as const;

export function formatTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ rows }) => rows);
  const cells: (readonly string[])[] = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))];
  const widths = COLUMNS.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const skipped = results.flatMap(({ name, skipped }) =>
    skipped === undefined ? [] : [`skipped  ${name}: ${skipped}`],
  );
  return [...lines, ...skipped].join('\n');
}
