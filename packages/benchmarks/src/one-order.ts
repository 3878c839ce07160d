/** A stack with one order in it, and the same order in tables without policies, for statements that go without a user. */
import { createOrder } from '@vpc-postgres/testing/app/src/orders/orders.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { CALLER, ORDER } from './order.js';

export interface StackWithOneOrder extends TestStack {
  orderId: string;
  /** What each login took so far, as the proxy saw it: from the first byte to the readiness for queries. */
  loginMillis: readonly number[];
}

export async function startStackWithOneOrder(): Promise<StackWithOneOrder> {
  const loginMillis: number[] = [];
  const stack = await startTestStack({
    onProxyEvent: (event) => {
      if (event.type === 'opened') loginMillis.push(event.durationMillis);
    },
  });
  return { ...stack, orderId: await addOneOrder(stack), loginMillis };
}

/**
 * The tables without policies are called bare_orders and bare_order_lines.
 * @returns the order's id
 */
export async function addOneOrder(stack: Pick<TestStack, 'access' | 'connectSuperuser'>): Promise<string> {
  const database = await connectDatabase(stack);
  const { id } = await createOrder(database, CALLER, ORDER);
  await database.end();

  const superuser = await stack.connectSuperuser();
  for (const table of ['orders', 'order_lines']) {
    await superuser.query(`create table bare_${table} (like ${table} including all)`);
    await superuser.query(`insert into bare_${table} select * from ${table}`);
    await superuser.query(`grant select on bare_${table} to app`);
  }
  await superuser.end();
  return id;
}
