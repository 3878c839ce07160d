/** The command line of `npm run bench`: runs the benchmarks, and prints a table of ratios, or JSON. */
import { parseArgs } from 'node:util';
import { type Benchmark, type Comparison, median, spread } from './benchmark.js';
import { BENCHMARKS } from './registry.js';

/** After the decimal point. */
const DIGITS: Record<Comparison['unit'], number> = { ms: 3, s: 2, tps: 0, kB: 0 };

const HELP = `Usage: npm run bench [-- OPTIONS] [NAME …]

Measures this project against a peer in the same run, in turns, and prints medians, spread and ratios.
A broken promise exits 1. Without a name, all of them run:
${BENCHMARKS.map(({ name, description }) => `  ${name.padEnd(18)}${description}`).join('\n')}

Options:
  --json    one JSON document instead of the table
  --help    show this text`;

interface Row {
  benchmark: string;
  name: string;
  ours: string;
  peer: string;
  ratio: string;
  promise: string;
  isKept: boolean;
}

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}.\n\n${HELP}`);
    process.exitCode = 1;
    return;
  }
  const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const results = [];
  for (const benchmark of chosen) results.push(await runOne(benchmark));
  const rows = results.flatMap(({ rows }) => rows);
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else
    printTable(
      rows,
      results.flatMap(({ name, skipped }) => (skipped === undefined ? [] : [`${name}: ${skipped}`])),
    );
  if (rows.some(({ isKept }) => !isKept)) process.exitCode = 1;
}

async function runOne(benchmark: Benchmark): Promise<{ name: string; rows: Row[]; skipped?: string }> {
  const { name } = benchmark;
  const measured = await benchmark.measure((step) => console.error(`${name}: ${step}`));
  if ('skipped' in measured) return { name, rows: [], skipped: measured.skipped };
  return { name, rows: measured.map((comparison) => toRow(name, comparison)) };
}

function toRow(benchmark: string, { name, unit, ours, peer, labels, promise }: Comparison): Row {
  const [oursMedian, peerMedian] = [median(ours), median(peer)];
  const show = (label: string, values: readonly number[]) =>
    `${median(values).toFixed(DIGITS[unit])} ${unit} ±${(spread(values) * 100).toFixed(0)} % ${label}`;
  const isKept = promise === undefined || promise.isKept(oursMedian, peerMedian);
  return {
    benchmark,
    name,
    ours: show(labels.ours, ours),
    peer: show(labels.peer, peer),
    ratio: (oursMedian / peerMedian).toFixed(2),
    promise: promise === undefined ? '' : `${isKept ? 'kept' : 'BROKEN'}: ${promise.text}`,
    isKept,
  };
}

function printTable(rows: readonly Row[], skipped: readonly string[]): void {
  const columns = ['name', 'ours', 'peer', 'ratio', 'promise'] as const;
  const cells = [columns as readonly string[], ...rows.map((row) => columns.map((column) => row[column]))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  for (const line of cells)
    console.log(
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const line of skipped) console.log(`skipped  ${line}`);
}
