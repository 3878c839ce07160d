import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULTS } from './catalogue/catalogue.js';
import { installStatementFaults } from './catalogue/statement-faults.js';
import type { FaultRun } from './fault-run.js';
import { ENVIRONMENTS, type FaultStack, startFaultStack } from './fault-stack.js';
import { type HandlerProbe, startHandlerProbe } from './handler-probe.js';
import { measureBaseline, measureHandler } from './leaks.js';
import { printRuns, writeRuns } from './report.js';
import { REQUEST_COUNT } from './requests.js';
import { type FaultSetting, runFault } from './run-fault.js';
import { startEnvironments } from './start-environments.js';
import { createTestContext } from './test-context.js';

let stack: FaultStack;
let probe: HandlerProbe;
let setting: FaultSetting;
const runs: FaultRun[] = [];

beforeAll(async () => {
  stack = await startFaultStack();
  await installStatementFaults(stack);
  const context = await createTestContext(stack);
  probe = await startHandlerProbe(stack, context);
  await startEnvironments(stack);
  expect(await probe.read()).toBe('data');
  setting = { stack, context, probe, before: await measureBaseline(stack), handlerBefore: await measureHandler(probe) };
});
afterAll(async () => {
  printRuns(runs);
  const path = process.env.FAULTS_DOCUMENT;
  if (path !== undefined && runs.length === FAULTS.length) await writeRuns(path, runs);
  await probe?.stop();
  await stack?.stop();
});

describe.each(FAULTS)(`${REQUEST_COUNT} requests and a fault: $name`, (fault) => {
  test('every request ends as it may, and nothing is lost, duplicated, wrong, hung or left behind', async () => {
    const run = await runFault(setting, fault, `f${runs.length}`);
    runs.push(run);

    expect((fault.isFelt ?? someoneNoticed)(run)).toBe(true);
    const { lost, duplicated, wrong, hung, leaked, firstNewRequest, firstNewRead, probed } = run;
    expect({ lost, duplicated, wrong, hung, leaked }).toEqual({
      lost: [],
      duplicated: [],
      wrong: [],
      hung: [],
      leaked: [],
    });
    expect(firstNewRequest).toMatchObject({ kind: 'data' });
    expect(firstNewRead).toBe('data');
    expect(['data', ...fault.mayEnd]).toEqual(expect.arrayContaining(probed));
    expect(stack.statistics().functions['orders-api']?.environments).toBe(ENVIRONMENTS);
  });
});

function someoneNoticed({ errors, retried }: FaultRun): boolean {
  return retried > 0 || Object.keys(errors).some((type) => type !== 'InvalidInput');
}
