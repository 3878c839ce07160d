import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BARE_READ } from '../../src/bare-read.js';
import { bundleHandlers } from '../../src/lambda/handlers.js';
import { getOrderEvent } from '../../src/lambda/variables.js';
import { type StackWithOneOrder, startStackWithOneOrder } from '../../src/one-order.js';
import { measureWarmEnvironment } from '../../src/warm-path/warm-environment.js';
import { HANDLER_AND_DRIVER } from '../../src/warm-path/warm-path.js';

const NOBODYS_ORDER = '00000000-0000-4000-8000-000000000000';

let stack: StackWithOneOrder;
let directory: string;
let bundle: string;

beforeAll(async () => {
  stack = await startStackWithOneOrder();
  // The stack's own environment has its connection before those of the tests are counted.
  await stack.ask('alice', '{ listOrders { items { id } } }');
  directory = await mkdtemp(join(tmpdir(), 'warm-path-'));
  const { ours } = await bundleHandlers({ ours: HANDLER_AND_DRIVER }, directory);
  bundle = ours.path;
});
afterAll(async () => {
  await stack?.stop();
  await rm(directory, { recursive: true });
});

const measure = (orderId: string) =>
  measureWarmEnvironment({
    node: process.execPath,
    bundle,
    access: stack.access,
    plan: {
      event: getOrderEvent(orderId),
      orderId,
      bareStatement: { text: BARE_READ, values: [orderId] },
      rounds: 2,
      repeats: 3,
    },
  });

describe.runIf(exhaustive)('the warm environment of the benchmark warm-path', () => {
  test('repeats the statements of an invocation on the connection of the function, and on one like it', async () => {
    const { received } = stack.proxy.statistics().clientConnections;
    const { statements, millis } = await measure(stack.orderId);
    expect(statements).toEqual([
      'begin read only',
      expect.stringContaining('identity.assume'),
      expect.any(String),
      'commit',
    ]);
    for (const rounds of Object.values(millis)) expect(rounds.map((round) => round.length)).toEqual([3, 3]);
    expect(stack.proxy.statistics().clientConnections.received - received).toBe(2);
  });

  test('fails when what it measured reads no order', async () => {
    await expect(measure(NOBODYS_ORDER)).rejects.toThrow('Not the order');
  });
});
