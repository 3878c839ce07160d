/** Describes the options of `vpc-postgres cost`. */
import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { requireOption } from '../require-option.js';
import type { CostOptions } from './cost.js';

export function addCostCommand(program: Command): void {
  program
    .command('cost')
    .description(
      'Estimates what a month of an environment costs and what its other choices would, from the templates that its ' +
        'deployment would create and the list prices of its region; draws from how many gigabytes a NAT gateway costs more than ' +
        'interface endpoints; and says where a common belief about costs is wrong. Needs no AWS account, except for --actual.',
    )
    .summary('estimate a month of an environment, and of its other choices')
    .option('--environment <NAME>', 'an environment of amplify/environments.ts, or a branch of a pattern')
    .hook('preAction', requireOption('--environment <NAME>'))
    .option('--requests-per-month <N>', 'of 100 ms each', readRequests, 1_000_000)
    .option('--svg <FILE>', 'write the chart there as a picture too')
    .option(
      '--actual',
      'beside it, what Cost Explorer says of the last whole month. AWS charges 0.01 USD for each request to it',
      false,
    )
    .option('--yes', 'pay for --actual without being asked', false)
    .option('--json', 'print everything as one JSON object: packages/operator/docs/cost.md', false)
    .action(async (options: CostOptions) => {
      const { estimateCost } = await import('./cost.js');
      console.log(await estimateCost(process.cwd(), options));
    });
}

/** A hundred thousand million: more than any account's limits allow. */
const MOST_REQUESTS = 100_000_000_000;

function readRequests(text: string): number {
  const value = Number(text.replaceAll(/[,_]/g, ''));
  if (Number.isInteger(value) && value >= 0 && value <= MOST_REQUESTS) return value;
  throw new InvalidArgumentError(
    `Expected a whole number from 0 to ${MOST_REQUESTS.toLocaleString('en')}, for example 5000000.`,
  );
}
