/** Starts the stack on free ports and a throwaway folder, sends the sample requests through it, and reports each hop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sendGraphql } from './graphql-client.js';
import { type GraphqlRequest, HOW_TO_BEGIN, type LocalApp } from './local-app.js';
import type { InvocationTrace } from './request-traces.js';
import { startLocalStack } from './stack.js';

/** Where the milliseconds of one request went. Each includes those below it. */
export interface Hops {
  /** The whole GraphQL request, as AppSync sees it. */
  appSyncMillis: number;
  /** Of which: starting a new Lambda environment; null when one was running. */
  coldStartMillis: number | null;
  /** The invocation of the function. */
  lambdaMillis: number;
  /** Opening the connection through the proxy: TLS, IAM token, login. 0 when it was reused. */
  connectMillis: number;
  /** The SQL statement, through the proxy to PostgreSQL and back. */
  queryMillis: number;
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

/** @throws LocalStackError, and an Error with the GraphQL errors when a request fails. */
export async function runOnce(app: LocalApp, onProgress: (step: string) => void): Promise<OnceResult> {
  const directory = await mkdtemp(join(tmpdir(), 'local-stack-'));
  const records: { appSyncMillis: number; invocation: InvocationTrace | undefined }[] = [];
  try {
    const stack = await startLocalStack({
      app,
      stateDirectory: directory,
      port: 0,
      proxyPort: 0,
      onProgress,
      onRequest: ({ millis }, [invocation]) => records.push({ appSyncMillis: millis, invocation }),
    });
    try {
      if (app.roundTrip === undefined) {
        onProgress(`Nothing was sent: local.config.ts has no round trip. ${HOW_TO_BEGIN}`);
        return { ok: true, created: null, readBack: null, hops: {} };
      }
      const { username, write, read } = app.roundTrip;
      const send = async (field: string, request: GraphqlRequest) => {
        const { data, errors } = await sendGraphql(stack.url, stack.userPool, username, request);
        if (errors !== undefined) throw new Error(`${field} failed: ${JSON.stringify(errors)}`);
        onProgress(`${field} answered`);
        const row = data?.[field] as Record<string, unknown>;
        return { row, hops: await hopsOf(records.shift()) };
      };
      const created = await send(write.field, write.request);
      const readBack = await send(read.field, read.request(created.row));
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

async function hopsOf(
  record: { appSyncMillis: number; invocation: InvocationTrace | undefined } | undefined,
): Promise<Hops> {
  const log = await record?.invocation?.log;
  if (record?.invocation === undefined || log === undefined) throw new Error('The function wrote no log line.');
  const { millis, initMillis } = record.invocation;
  return {
    appSyncMillis: roundMillis(record.appSyncMillis),
    coldStartMillis: initMillis === undefined ? null : roundMillis(initMillis),
    lambdaMillis: roundMillis(millis),
    connectMillis: roundMillis(log.connectMillis),
    queryMillis: roundMillis(log.queryMillis),
  };
}

function roundMillis(millis: number): number {
  return Math.round(millis * 10) / 10;
}
