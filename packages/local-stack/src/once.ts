/** Starts the stack on free ports and a throwaway folder, sends the sample requests through it, and reports each hop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { assertSamplesFit } from './check-samples.js';
import { type GraphqlResponse, sendGraphql } from './graphql-client.js';
import { type GraphqlRequest, HOW_TO_BEGIN, type LocalApp } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';
import type { InvocationTrace } from './request-traces.js';
import { startLocalStack } from './stack.js';
import type {} from './stack-options.js';

/** Where the milliseconds of one request went. Each includes those below it. */
export interface Hops {
  /** The whole GraphQL request, as AppSync sees it. */
  appSyncMillis: number;
  /** Of which: starting a new Lambda environment; null when one was running. */
  coldStartMillis: number | null;
  /** The invocation of the function. */
  lambdaMillis: number;
  /**
   * Opening the connection through the proxy: TLS, IAM token, login. 0 when it was reused; null when the function wrote no
   * record of it, as a handler without @vpc-postgres/lambda.
   */
  connectMillis: number | null;
  /** The SQL statement, through the proxy to PostgreSQL and back; null as above. */
  queryMillis: number | null;
}

export interface OnceResult {
  /** True when the row that was read is the row that was written, and when the app has no round trip. */
  ok: boolean;
  /** Null in an app without a round trip, as `readBack`. */
  created: unknown;
  readBack: unknown;
  /** By the field that was asked for. */
  hops: Readonly<Record<string, Hops>>;
}

/** @throws LocalStackError, also when a request of local.config.ts does not fit the schema or is refused. */
export async function runOnce(app: LocalApp, onProgress: (step: string) => void): Promise<OnceResult> {
  const directory = await mkdtemp(join(tmpdir(), 'local-stack-'));
  const records: { appSyncMillis: number; invocation: InvocationTrace }[] = [];
  try {
    const stack = await startLocalStack({
      app,
      stateDirectory: directory,
      port: 0,
      proxyPort: 0,
      onProgress,
      onRequest: ({ millis }, [invocation]) => {
        if (invocation !== undefined) records.push({ appSyncMillis: millis, invocation });
      },
    });
    try {
      await assertSamplesFit(app, stack);
      if (app.roundTrip === undefined) {
        onProgress(`Nothing was sent: local.config.ts has no round trip. ${HOW_TO_BEGIN}`);
        return { ok: true, created: null, readBack: null, hops: {} };
      }
      const { username, write, read } = app.roundTrip;
      const send = async (step: 'write' | 'read', field: string, request: GraphqlRequest) => {
        const row = rowIn(await sendGraphql(stack.url, stack.userPool, username, request), step, field);
        onProgress(`${field} answered`);
        return { row, hops: await hopsOf(records.shift()) };
      };
      const created = await send('write', write.field, write.request);
      const readBack = await send('read', read.field, read.request(created.row));
      return {
        // A query that lists rows answers with this one alone: the database is new.
        ok: isDeepStrictEqual([readBack.row].flat(), [created.row]),
        created: created.row,
        readBack: readBack.row,
        hops: { [write.field]: created.hops, [read.field]: readBack.hops },
      };
    } finally {
      await stack.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The row that a request of `roundTrip` was answered with. */
function rowIn({ data, errors = [] }: GraphqlResponse, step: string, field: string): Record<string, unknown> {
  const place = `roundTrip.${step} of local.config.ts`;
  if (errors.length > 0) {
    const messages = errors.map(
      ({ errorType, message }) => `\n  ${field}: ${errorType ? `${errorType}: ` : ''}${message}`,
    );
    throw new LocalStackError(
      `The request in ${place} failed:${messages.join('')}\n`,
      'Correct the request there, or the function that answers it.',
    );
  }
  const row = data?.[field];
  if (typeof row === 'object' && row !== null) return row as Record<string, unknown>;
  throw new LocalStackError(
    `The request in ${place} was answered with ${JSON.stringify(data)}, in which ${field} is no row.`,
    `Name in \`field\` the field that the request asks for, one that returns an object.`,
  );
}

async function hopsOf(record: { appSyncMillis: number; invocation: InvocationTrace } | undefined): Promise<Hops> {
  if (record === undefined) throw new Error('No function was invoked.');
  const { millis, initMillis } = record.invocation;
  const log = await record.invocation.log;
  return {
    appSyncMillis: roundMillis(record.appSyncMillis),
    coldStartMillis: initMillis === undefined ? null : roundMillis(initMillis),
    lambdaMillis: roundMillis(millis),
    connectMillis: log === undefined ? null : roundMillis(log.connectMillis),
    queryMillis: log === undefined ? null : roundMillis(log.queryMillis),
  };
}

function roundMillis(millis: number): number {
  return Math.round(millis * 10) / 10;
}
