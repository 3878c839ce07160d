import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../faults/catalogue/catalogue.js';
import { TABLE_MARKS } from '../faults/report.js';
import { REQUEST_COUNT } from '../faults/requests.js';

/** packages/lambda/docs/faults.md holds what the suite wrote, of the faults that there are. */
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/faults.md'), 'utf8');
const [begin, end] = TABLE_MARKS;
const written = DOCUMENT.slice(DOCUMENT.indexOf(begin), DOCUMENT.indexOf(end));

const [figures = [], catalogue = []] = written
  .split('\n\n')
  .filter((block) => block.startsWith('|'))
  .map((block) => {
    const [, , ...rows] = block.trim().split('\n');
    return rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  });

test('it has the figures of every fault, in order, and how each is brought about', () => {
  expect(figures.map(([name]) => name)).toEqual(FAULTS.map(({ name }) => name));
  expect(catalogue).toEqual(FAULTS.map(({ name, how }) => [name, how]));
});

test('of each fault, so many requests, and nothing lost, duplicated, wrong, hung or leaked', () => {
  expect(figures.map(([, requests]) => Number(requests))).toEqual(FAULTS.map(() => REQUEST_COUNT));
  expect(figures.map((row) => row.slice(-5))).toEqual(FAULTS.map(() => ['0', '0', '0', '0', '0']));
});

test('there are 14 faults and more, none of them twice', () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  expect(FAULTS.length - 1).toBeGreaterThanOrEqual(14);
});
