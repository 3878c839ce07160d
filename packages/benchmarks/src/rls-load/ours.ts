/** The local stack with the load's rows: 80 environments of a function, or 80 other clients of its RDS Proxy emulator. */
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { connectThroughProxy, startTestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { INSERT_ROWS, POLICY_BY_SETTING, runLoad, USERS } from './load.js';
import { type Subject, withOneEach } from './subject.js';
import { bySession, byTransaction, byWithUser, type Querier } from './ways.js';

export async function startOurs(): Promise<Subject> {
  const stack = await startTestStack();
  const superuser = await stack.connectSuperuser();
  await superuser.query(INSERT_ROWS, [USERS]);
  await superuser.query(POLICY_BY_SETTING);
  await superuser.end();

  const loadClients = (readAs: (client: Querier, user: string) => Promise<string[]>) =>
    withOneEach(
      USERS,
      () => connectThroughProxy(stack.access),
      (client) => client.end(),
      (clientOf) => runLoad((user) => readAs(clientOf(user), user)),
    );
  return {
    // As in Lambda: each request has an environment to itself, and that a pool of one.
    withUser: () =>
      withOneEach(
        USERS,
        () => connectDatabase(stack),
        (environment) => environment.end(),
        (environmentOf) => runLoad((user) => byWithUser(environmentOf(user), user)),
      ),
    transaction: () => loadClients(byTransaction),
    session: () => loadClients(bySession),
    stop: () => stack.stop(),
  };
}
