/** Starts the local stack for an app's tests: a throwaway data folder, free ports, and requests as any user of the local pool. */
import pg from 'pg';
import { LOCAL_DATABASE } from './database.js';
import type { LocalApp } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';
import { findBinaries } from './postgres/binaries.js';
import { choosePrivileges } from './postgres/privileges.js';
import { startThrowawayStack } from './throwaway-stack.js';

export interface TestStack {
  /**
   * Sends one GraphQL request as a user of the local pool.
   * @param groups Of the user. @default - those that local.config.ts gives the user, or none
   */
  ask(
    username: string,
    query: string,
    variables?: Record<string, unknown>,
    groups?: readonly string[],
  ): Promise<TestResponse>;
  /** Connects to PostgreSQL without the proxy. The test ends the connection. */
  connect(databaseUser: string): Promise<pg.Client>;
  /** Ends every process and removes the data. */
  stop(): Promise<void>;
}

export interface TestResponse {
  status: number;
  data: Record<string, unknown> | null;
  errors: { errorType: string; message: string; errorInfo?: { problems?: { field: string }[] } }[];
}

export async function startTestStack(app: LocalApp): Promise<TestStack> {
  const stack = await startThrowawayStack({ app });
  return {
    async ask(username, query, variables = {}, groups = groupsOf(app, username)) {
      const response = await fetch(`${stack.url}/graphql`, {
        method: 'POST',
        headers: { authorization: await stack.userPool.issueToken({ username, groups }) },
        body: JSON.stringify({ query, variables }),
      });
      const { data = null, errors = [] } = (await response.json()) as Partial<TestResponse>;
      return { status: response.status, data, errors };
    },

    async connect(databaseUser) {
      const client = new pg.Client({
        host: stack.postgres.socketDirectory,
        user: databaseUser,
        database: LOCAL_DATABASE,
      });
      await client.connect();
      return client;
    },

    stop: () => stack.stop(),
  };
}

const groupsOf = ({ users }: LocalApp, username: string): readonly string[] =>
  users.find((user) => user.username === username)?.groups ?? [];

/**
 * @returns why PostgreSQL cannot run on this machine, for example as root in a container that allows no other user; undefined
 * where it can. For `describe.skipIf`, so that a build image without what it needs skips these tests and says why.
 */
export async function whyNoPostgres(): Promise<string | undefined> {
  try {
    await findBinaries();
    await choosePrivileges();
    return undefined;
  } catch (error) {
    if (error instanceof LocalStackError) return `Skipped. ${error.message} ${error.fix}`;
    throw error;
  }
}
