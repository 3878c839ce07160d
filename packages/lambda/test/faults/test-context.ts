/** Places the reader's orders before any fault; no request changes them. */
import type { FaultStack } from './fault-stack.js';
import { type KnownOrder, listOf, newOrder, type TestContext, USERS } from './requests.js';
import { send } from './send.js';

export async function createTestContext(stack: FaultStack): Promise<TestContext> {
  for (let index = 0; index < 3; index += 1) {
    const outcome = await send(stack, { ...newOrder(`known-${index}`, undefined, index + 1), username: USERS.reader });
    if (outcome.kind !== 'data') throw new Error(`The reader's orders cannot be placed: ${JSON.stringify(outcome)}`);
  }
  const listed = await send(stack, listOf(USERS.reader));
  if (listed.kind !== 'data') throw new Error(`The reader's orders cannot be listed: ${JSON.stringify(listed)}`);
  const { items: orders } = listed.data as { items: KnownOrder[] };
  const { sub: writerSub } = await stack.userPool.verifyToken(
    await stack.userPool.issueToken({ username: USERS.writer }),
  );
  return { orders, writerSub };
}
