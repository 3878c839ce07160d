/** `vpc-postgres cost`: estimates a month of an environment, and reads what AWS charged for the last one if asked to. */
import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { type SynthesizedApp, synthesizeApp } from '@vpc-postgres/backend/synth/synthesize-app.js';
import { CommandError } from '../command-error.js';
import { findEnvironment } from '../deployed-target.js';
import { textOptions } from '../terminal.js';
import { type ActualCost, lastMonth, readActualCost } from './actual-cost.js';
import { agreeToPay } from './agree-to-pay.js';
import { breakEvenSvg } from './break-even-svg.js';
import { buildCostReport, type CostReport } from './cost-report.js';
import { renderCostReport } from './render-cost-report.js';

export interface CostOptions {
  readonly environment: string;
  readonly requestsPerMonth: number;
  readonly svg?: string | undefined;
  readonly actual: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * @param project The folder that holds amplify/; it is the working directory, too.
 * @returns what to print
 * @throws CommandError, ConfigurationError
 */
export async function estimateCost(project: string, options: CostOptions): Promise<string> {
  const environment = findEnvironment(await loadEnvironments(), options.environment);
  // Before what takes time, and what costs.
  if (options.svg !== undefined) checkFolderOf(options.svg);
  if (options.actual) await agreeToPay(options.yes);
  const now = new Date();
  const actual = options.actual
    ? await readActualCost(environment.account, environment.region, lastMonth(now))
    : undefined;
  sayWhatTakesTime(options);
  const { templates } = await synthesize(project, options.environment);
  const report: CostReport & { readonly actual?: ActualCost } = {
    ...buildCostReport(Object.values(templates), options.environment, environment, options.requestsPerMonth, now),
    ...(actual && { actual }),
  };
  if (options.svg !== undefined) writePicture(options.svg, breakEvenSvg(report.breakEven, report.pricesOf));
  if (options.json) return JSON.stringify(report, null, 2);
  return renderCostReport(report, textOptions());
}

async function synthesize(project: string, environment: string): Promise<SynthesizedApp> {
  try {
    return await synthesizeApp(project, environment);
  } catch (cause) {
    throw new CommandError(`The environment ${environment} cannot be estimated:\n${(cause as Error).message}`, {
      cause,
    });
  }
}

function sayWhatTakesTime({ environment, json }: CostOptions): void {
  if (!json && process.stderr.isTTY) console.error(`Synthesizing ${environment}, offline. It takes some seconds.`);
}

function checkFolderOf(file: string): void {
  orRefuse(file, () => accessSync(dirname(resolve(file)), constants.W_OK));
}

function writePicture(file: string, svg: string): void {
  orRefuse(file, () => writeFileSync(resolve(file), svg));
}

function orRefuse(file: string, step: () => void): void {
  try {
    step();
  } catch (cause) {
    throw new CommandError(`--svg ${file} cannot be written: ${(cause as NodeJS.ErrnoException).code}.`, { cause });
  }
}
