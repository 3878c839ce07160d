/** packages/benchmarks/docs/benchmarks.md, written from results. */
import type { Result } from './result.js';

export interface PageOptions {
  results: readonly Result[];
  /** "pg 8.23.1" */
  versions: readonly string[];
}

export function formatPage({ results, versions }: PageOptions): string {
  return [INTRODUCTION, `Packages: ${versions.join(', ')}.`, ...results.map(formatSection), '']
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- --save\`, from \`packages/benchmarks/src/results.json\`. Do not edit: a test compares the two.

Each line is ours against a baseline, or against a limit, measured in the same run and in turns: medians of the rounds, ± half
the distance between the slowest and the fastest round. Trust the ratios; the absolute values are those of one machine. All of it runs on one
machine, with the database: what a network adds is in the lines that name a delay.

The baselines of a function are real packages, in \`packages/benchmarks/src/peers\`, each used as its documentation shows it. They read tables without row-level
security, in one statement without a transaction; ours reads as a user, under policies. \`npm ci --prefix packages/benchmarks/src/peers --ignore-scripts\`
installs them, for the benchmark alone. Where several Node.js are measured, thresholds are for the one that the functions run on in Lambda.

\`npm run bench\` without a name runs all of them but \`steady-load\`, which takes a quarter of an hour: it runs when it is named, and for
\`--minutes N\` if asked.`;

function formatSection({ name, description, measuredOn, seconds, machine, rows, skipped }: Result): string {
  const lines = rows.map((row) => `| ${row.name} | ${row.ours} | ${row.baseline} | ${row.ratio} | ${row.threshold} |`);
  const table = ['| what | ours | against | ratio | threshold |', '| --- | --- | --- | --- | --- |', ...lines];
  return [
    `## ${name}`,
    `${capitalize(description)}. \`npm run bench ${name}\`, ${Math.round(seconds)} s, ${measuredOn}, on ${machine}.`,
    skipped === undefined ? table.join('\n') : `Skipped: ${skipped}.`,
  ].join('\n\n');
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
