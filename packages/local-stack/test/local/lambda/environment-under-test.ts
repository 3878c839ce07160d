/** Runs one Lambda execution environment with the code that a test writes, and keeps its log. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { bootstrapBuildOptions } from '../../../src/lambda/bundle.js';
import { createExecutionEnvironment, type ExecutionEnvironment } from '../../../src/lambda/execution-environment.js';
import type { FunctionConfiguration } from '../../../src/lambda/function-configuration.js';

export let directory: string;
export let environment: ExecutionEnvironment | undefined;
/** What the function wrote, and Lambda itself, in the order in which it came. */
export let log: string[];

export async function initialize(
  code: string,
  overrides: Partial<FunctionConfiguration> = {},
): Promise<ExecutionEnvironment> {
  await writeFile(join(directory, 'index.mjs'), code);
  environment = createExecutionEnvironment({
    name: 'orders-api',
    directory,
    environment: {},
    region: 'eu-west-1',
    timeoutSeconds: 10,
    memoryMB: 512,
    onLog: (line) => log.push(line),
    onPlatformLog: (line) => log.push(line),
    ...overrides,
  });
  await environment.initialize();
  return environment;
}

/** The log with everything that differs from run to run made equal. */
export function normalizedLog(): string[] {
  return log.map((line) =>
    line
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\d+\.\d\d ms/g, 'N ms')
      .replaceAll(/(Billed Duration|Max Memory Used): \d+/g, '$1: N')
      .replaceAll('\t', ' '),
  );
}

export const REPORT =
  'REPORT RequestId: ID Duration: N ms Billed Duration: N ms Memory Size: 512 MB Max Memory Used: N MB';

export function isAlive(processId: number): boolean {
  // A zombie, which its parent has not asked for, is dead too.
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', `kill -0 ${processId} && cat /proc/${processId}/stat 2>/dev/null`],
    {
      encoding: 'utf8',
    },
  );
  return !/\) Z /.test(stdout) && (status === 0 || stdout !== '');
}

/** Builds the runtime before the tests of a file, and stops the execution environment after each test. */
export function prepareExecutionEnvironment(): void {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'environment-'));
    await build(bootstrapBuildOptions(directory));
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(() => {
    log = [];
  });
  afterEach(async () => {
    await environment?.stop();
    environment = undefined;
  });
}
