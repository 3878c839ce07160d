/** Starts every execution environment, a few at a time: all at once would take longer than Lambda's limit for INIT. */
import { ENVIRONMENTS, type FaultStack } from './fault-stack.js';
import { listOf, USERS } from './requests.js';
import { send } from './send.js';

const AT_ONCE = 4;

/** Each wave is more requests than there are environments, so that a few more are started. */
export async function startEnvironments(stack: FaultStack): Promise<void> {
  const started = () => stack.statistics().functions['orders-api']?.environments ?? 0;
  while (started() < ENVIRONMENTS) {
    await Promise.all(Array.from({ length: started() + AT_ONCE }, () => send(stack, listOf(USERS.reader))));
  }
  await wakeEnvironments(stack);
}

/** So that each has a connection that is not about to be closed for being idle. */
export async function wakeEnvironments(stack: FaultStack): Promise<void> {
  await Promise.all(Array.from({ length: ENVIRONMENTS * 3 }, () => send(stack, listOf(USERS.reader))));
}
