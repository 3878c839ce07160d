/** The figures of every fault, as a table: for the terminal, and for packages/lambda/docs/faults.md. */
import { readFile, writeFile } from 'node:fs/promises';
import type { FaultRun } from './fault-run.js';

/** What is between these two lines of the document is the suite's own. */
export const TABLE_MARKS = ['<!-- written by npm run test:faults -->', '<!-- until here -->'] as const;

/** Ends that have nothing to do with a fault. */
const ON_PURPOSE = 'InvalidInput';

const COLUMNS: readonly [name: string, value: (run: FaultRun) => string | number][] = [
  ['fault', ({ name }) => name],
  ['requests', ({ requests }) => requests],
  ['in flight', ({ inFlight }) => inFlight],
  ['as without it', ({ answered, errors }) => answered + (errors[ON_PURPOSE] ?? 0)],
  ['typed errors', ({ errors }) => typedErrors(errors)],
  ['retried', ({ retried }) => retried],
  ['sent again', ({ repeated }) => repeated],
  ['lost', ({ lost }) => lost.length],
  ['duplicated', ({ duplicated }) => duplicated.length],
  ['wrong', ({ wrong }) => wrong.length],
  ['hung', ({ hung }) => hung.length],
  ['leaked', ({ leaked }) => leaked.length],
];

/** One line for each fault, and one for each thing that should not be. */
export function printRuns(runs: readonly FaultRun[]): void {
  const problems = runs.flatMap(({ name, lost, duplicated, wrong, hung, leaked }) =>
    Object.entries({ lost, duplicated, wrong, hung, leaked }).flatMap(([kind, sentences]) =>
      sentences.map((sentence) => `${name}: ${kind}: ${sentence}`),
    ),
  );
  console.log([toTable(runs), ...problems].join('\n'));
}

/** @param path of a document that has the two marks */
export async function writeRuns(path: string, runs: readonly FaultRun[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [begin, end] = TABLE_MARKS;
  const [before, rest] = splitOnce(text, begin, path);
  const [, after] = splitOnce(rest, end, path);
  await writeFile(path, `${before}${begin}\n\n${toTable(runs)}\n\n${toCatalogue(runs)}\n\n${end}${after}`);
}

function splitOnce(text: string, mark: string, path: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${path} has no line ${mark}, which says where the table goes.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function toTable(runs: readonly FaultRun[]): string {
  return markdown([COLUMNS.map(([name]) => name), ...runs.map((run) => COLUMNS.map(([, value]) => value(run)))]);
}

function toCatalogue(runs: readonly FaultRun[]): string {
  return markdown([['fault', 'how it is brought about'], ...runs.map(({ name, how }) => [name, how])]);
}

function markdown([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function typedErrors(errors: FaultRun['errors']): string {
  const types = Object.entries(errors).filter(([type]) => type !== ON_PURPOSE);
  return types.map(([type, count]) => `${count} ${type}`).join(', ') || 'none';
}
