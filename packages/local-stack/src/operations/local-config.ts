/** Tries what local.config.ts says that the API answers. */
import { isDeepStrictEqual } from 'node:util';
import { sendGraphql } from '../graphql-client.js';
import type { GraphqlRequest, LocalApp, RoundTrip } from '../local-app.js';
import type { LocalStack } from '../stack-options.js';
import { describe, type Fault } from './responses.js';

export interface ConfigFault extends Fault {
  /** `newData[0]` */
  readonly where: string;
}

/** Names that a person must be able to tell apart, and a query that fits into a command line. */
export function checkNames({ users, operations, oneLineQuery }: LocalApp): ConfigFault[] {
  return [
    ...repeated(users.map(({ username }) => username)).map((name) => ({
      where: 'users',
      got: `more than one user ${name}`,
      fix: 'give each another username',
    })),
    ...repeated(operations.map(({ name }) => name)).map((name) => ({
      where: 'operations',
      got: `more than one operation '${name}'`,
      fix: 'give each another name',
    })),
    ...(oneLineQuery !== undefined && /['"$]/.test(oneLineQuery)
      ? [
          {
            where: 'oneLineQuery',
            got: oneLineQuery,
            fix: 'write it without quotes and variables: it goes into a command line',
          },
        ]
      : []),
  ];
}

const repeated = (names: readonly string[]) => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

/** Sends the rows of a new data folder, the round trip of `--once`, and the query for a command line: none may fail. */
export async function tryRequests(stack: LocalStack, app: LocalApp): Promise<ConfigFault[]> {
  const faults: ConfigFault[] = [];
  const send = async (where: string, username: string, request: GraphqlRequest) => {
    const { data, errors = [] } = await sendGraphql(stack.url, stack.userPool, username, request);
    if (errors.length > 0)
      faults.push({ where, got: describe(errors), fix: `correct the request: ${username} sends it` });
    return data;
  };
  // First: a query that lists rows answers with the one that was written alone.
  if (app.roundTrip !== undefined) faults.push(...(await tryRoundTrip(app.roundTrip, send)));
  for (const [index, { username, request }] of app.newData.entries())
    await send(`newData[${index}]`, username, request);
  if (app.oneLineQuery !== undefined) {
    await send('oneLineQuery', app.users[0]?.username ?? 'someone', { query: app.oneLineQuery });
  }
  return faults;
}

type Send = (where: string, username: string, request: GraphqlRequest) => Promise<Record<string, unknown> | null>;

async function tryRoundTrip({ username, write, read }: RoundTrip, send: Send): Promise<ConfigFault[]> {
  const written = (await send('roundTrip.write', username, write.request))?.[write.field];
  if (typeof written !== 'object' || written === null) return [];
  const data = await send('roundTrip.read', username, read.request({ ...written }));
  if (!data || isDeepStrictEqual([data[read.field]].flat(), [written])) return [];
  return [
    {
      where: 'roundTrip.read',
      got: 'another row than the one that was written',
      fix: 'ask for the same fields of the same row',
    },
  ];
}
