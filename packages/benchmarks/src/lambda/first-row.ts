/** From the start of a process to the first row that a handler answers with. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackWithOneOrder } from '../one-order.js';
import { environmentVariables, getOrderEvent } from './variables.js';

const RUN_ONCE = join(import.meta.dirname, 'run-once.mjs');

export interface FirstRow {
  /** Of the first connection, as the proxy sees it: TLS, the token and the greeting. */
  connectMillis: number;
  /** Of the module, with the connection where it is opened then. */
  importMillis: number;
  /** Since the process began. */
  firstRowMillis: number;
}

/**
 * @param node Path of the Node.js to run.
 * @throws Error when the answer is not the order
 */
export async function measureFirstRow(
  node: string,
  bundle: string,
  { access, orderId, loginMillis }: StackWithOneOrder,
): Promise<FirstRow> {
  const logins = loginMillis.length;
  const { stdout } = await promisify(execFile)(node, [RUN_ONCE, bundle, JSON.stringify(getOrderEvent(orderId))], {
    env: environmentVariables(access),
  });
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  if (result.answer?.data?.id !== orderId || result.answer.data.lines?.length !== 1)
    throw new Error(`${bundle} answered ${JSON.stringify(result.answer)}`);
  return {
    importMillis: result.importedMillis - result.startedMillis,
    connectMillis: loginMillis[logins] ?? Number.NaN,
    firstRowMillis: result.firstRowMillis,
  };
}

/** One after the other, `rounds` times; the first time of each fills the disk cache and is not counted. */
export async function measureInTurns<Name extends string>(
  bundles: Readonly<Record<Name, { path: string }>>,
  { node, stack, rounds, onRound }: MeasureOptions,
): Promise<Record<Name, FirstRow[]>> {
  const names = Object.keys(bundles) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, FirstRow[]>;
  for (let round = 0; round <= rounds; round += 1) {
    onRound(round);
    for (const name of names) {
      const run = await measureFirstRow(node, bundles[name].path, stack);
      if (round > 0) runs[name].push(run);
    }
  }
  return runs;
}

export interface MeasureOptions {
  node: string;
  stack: StackWithOneOrder;
  rounds: number;
  onRound(round: number): void;
}
