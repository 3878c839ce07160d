/** Shows what would change in files, as `git diff` does. */
import { styleText } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import type { FileEdit } from './generate/changes.js';

/** @param colour Whether it goes to a terminal. */
export function renderDiff(edits: readonly FileEdit[], colour: boolean): string {
  return edits
    .map(({ path, before, after }) => {
      const from = before === undefined ? '/dev/null' : `a/${path}`;
      const patch = createTwoFilesPatch(from, `b/${path}`, before ?? '', after, '', '', { context: 3 });
      // The first line is a rule; file names end in a tab for a time that is not given.
      const lines = patch
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.trimEnd());
      return lines.map((line) => (colour ? paint(line) : line)).join('\n');
    })
    .join('\n\n');
}

function paint(line: string): string {
  const [pattern, style] = STYLES.find(([one]) => one.test(line)) ?? [];
  return pattern === undefined || style === undefined ? line : styleText(style, line, { validateStream: false });
}

const STYLES: readonly (readonly [RegExp, 'bold' | 'cyan' | 'green' | 'red'])[] = [
  [/^(---|\+\+\+) /, 'bold'],
  [/^@@/, 'cyan'],
  [/^\+/, 'green'],
  [/^-/, 'red'],
];
