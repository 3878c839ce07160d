/** The baselines: real packages, installed for the benchmark only. Each is one file in packages/benchmarks/src/peers that serves getOrder. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const BASELINES_FOLDER = join(import.meta.dirname, 'peers');

/** By the name that the table gives them. */
const BASELINES = {
  'pg + rds-signer': 'docs-way.ts',
  'postgres.js': 'postgres-js.ts',
  Middy: 'middy.ts',
  Kysely: 'kysely.ts',
  Drizzle: 'drizzle.ts',
  Prisma: 'prisma.ts',
} as const;
export type Baseline = keyof typeof BASELINES;
export const BASELINE_NAMES = Object.keys(BASELINES) as Baseline[];
/** Their handlers: paths from the project's root. */
export const BASELINE_ENTRIES = Object.fromEntries(
  BASELINE_NAMES.map((name) => [name, `packages/benchmarks/src/peers/${BASELINES[name]}`]),
) as Record<Baseline, string>;

const INSTALL = 'npm ci --prefix packages/benchmarks/src/peers --ignore-scripts';

/**
 * Makes what has to be generated before the baselines can be bundled.
 * @returns why they cannot be measured, or undefined
 */
export async function prepareBaselines(): Promise<string | undefined> {
  const prisma = join(BASELINES_FOLDER, 'node_modules/prisma/build/index.js');
  try {
    await access(prisma);
  } catch {
    return `the baselines are not installed: ${INSTALL}`;
  }
  await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
    cwd: BASELINES_FOLDER,
    // A program of that name keeps Prisma from downloading one of its own, which generating does not run.
    env: { PATH: process.env.PATH, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
  return undefined;
}
