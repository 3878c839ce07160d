import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alarmsByRunbookSection, everything, monitoringTemplate } from '../../support/monitoring.js';

const docs = join(import.meta.dirname, '../../../../docs');
const runbook = readFileSync(join(docs, 'runbook.md'), 'utf8');

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');

const headings = (text: string, level: RegExp) => [...text.matchAll(level)].map(([, heading = '']) => heading);

/** What stands under each heading of the part `Alarms`, by the heading's anchor. */
const sections = new Map(
  (runbook.split('\n## Alarms\n')[1] ?? '')
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [anchorOf(heading), lines.join('\n')];
    }),
);

test('every alarm has its section in the runbook, and every section its alarm', () => {
  const alarms = alarmsByRunbookSection(monitoringTemplate(everything, { reservedConcurrency: 50 }));

  expect([...sections.keys()].sort()).toEqual([...alarms.keys()].sort());
});

test.each([...sections])('%s: what it means, what to look at, what to do', (_anchor, text) => {
  expect(headings(text, /^\*\*(.+?)\*\* \S/gm)).toEqual(['Means', 'Look at', 'Do']);
});

test('every link of the runbook leads to a heading that is there', () => {
  const links = [...runbook.matchAll(/\]\((?<file>[a-z]+\.md)?#(?<anchor>[^)]+)\)/g)].map(({ groups }) => ({
    file: groups?.file ?? 'runbook.md',
    anchor: groups?.anchor ?? '',
  }));

  const broken = links.filter(
    ({ file, anchor }) =>
      !headings(readFileSync(join(docs, file), 'utf8'), /^#+ (.+)$/gm).some((heading) => anchorOf(heading) === anchor),
  );
  expect(links.length).toBeGreaterThan(15);
  expect(broken).toEqual([]);
});
