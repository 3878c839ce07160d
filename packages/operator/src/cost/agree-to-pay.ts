/** Asks before a request that AWS charges for. */
import process from 'node:process';
import { COST_EXPLORER_PER_REQUEST } from '@vpc-postgres/backend/cost/prices.js';
import { CommandError } from '../command-error.js';

/** @throws CommandError when nobody is there to ask, or the answer is no */
export async function agreeToPay(yes: boolean): Promise<void> {
  if (yes) return;
  const price = `AWS charges ${COST_EXPLORER_PER_REQUEST.usd} USD for each request to Cost Explorer; this is one, or one for each page of a long answer.`;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CommandError(`${price} Add --yes to pay it, or leave out --actual.`);
  }
  const { confirm } = await import('@clack/prompts');
  if ((await confirm({ message: `${price} Ask it?` })) !== true) {
    throw new CommandError('Cost Explorer was not asked. Without --actual the estimate needs no AWS account.');
  }
}
