/** The command line of `npm run bench`: runs the benchmarks, and prints a table of ratios, or JSON. */
import '@vpc-postgres/local-stack/forget-postgres-variables.js';

import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Benchmark, type BenchmarkContext, MIN_MINUTES } from './benchmark.js';
import { BENCHMARKS } from './registry.js';
import { describeMachine } from './report/machine.js';
import type { Result } from './report/result.js';
import { toRow } from './report/row.js';
import { saveResults } from './report/saved-results.js';
import { formatTable } from './report/table.js';

const DEFAULT_MINUTES = 15;

const HELP = `Usage: npm run bench [-- OPTIONS] [NAME …]

Measures this project against baselines in the same run, in turns, and prints medians, spread and ratios.
A FAILED threshold makes it exit with 1. Without a name, all of them run but those marked *, for about an hour on an otherwise idle machine:
${BENCHMARKS.map(describe).join('\n')}

Options:
  --node PATH   a Node.js to start processes with, where a benchmark does; may be given several times.
                Default: the one that runs this
  --minutes N   how long steady-load runs, ${MIN_MINUTES} or more. Default: ${DEFAULT_MINUTES}
  --save        also write the results to packages/benchmarks/src/results.json, and packages/benchmarks/docs/benchmarks.md from them
  --json        one JSON document instead of the table
  --help        show this text

The baselines are packages of their own: npm ci --prefix packages/benchmarks/src/peers --ignore-scripts`;

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string', multiple: true, default: [process.execPath] },
      minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
      save: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const minutes = Number(values.minutes);
  if (!(Number.isInteger(minutes) && minutes >= MIN_MINUTES)) {
    console.error(`--minutes is "${values.minutes}"; expected a whole number, ${MIN_MINUTES} or more.\n\n${HELP}`);
    process.exitCode = 1;
    return;
  }
  const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}.\n\n${HELP}`);
    process.exitCode = 1;
    return;
  }
  const chosen = BENCHMARKS.filter(({ name, onlyByName = false }) =>
    positionals.length === 0 ? !onlyByName : positionals.includes(name),
  );
  const results: Result[] = [];
  for (const benchmark of chosen) {
    const result = await runOne(benchmark, { nodes: values.node, minutes });
    results.push(result);
    if (values.save)
      await saveResults(
        [result],
        BENCHMARKS.map(({ name }) => name),
      );
  }
  console.log(values.json ? JSON.stringify(results, null, 2) : formatTable(results));
  if (results.some(({ rows }) => rows.some(({ isPassed }) => !isPassed))) process.exitCode = 1;
}

async function runOne(
  { name, description, measure }: Benchmark,
  options: Omit<BenchmarkContext, 'onProgress'>,
): Promise<Result> {
  const startedAt = performance.now();
  const measured = await measure({ ...options, onProgress: (step) => console.error(`${name}: ${step}`) });
  const about = {
    name,
    description,
    measuredOn: new Date().toISOString().slice(0, 10),
    seconds: Math.round((performance.now() - startedAt) / 1000),
    machine: describeMachine(),
  };
  if ('skipped' in measured) return { ...about, rows: [], skipped: measured.skipped };
  return { ...about, rows: measured.map((comparison) => toRow(name, comparison)) };
}

function describe({ name, description, onlyByName = false }: Benchmark): string {
  return `${onlyByName ? '*' : ' '} ${name.padEnd(18)}${description}`;
}
