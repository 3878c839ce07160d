/** The local stack as the faults strike it: several Lambda environments, a proxy that can be exchanged, and a superuser. */
import net from 'node:net';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import type pg from 'pg';
import { type ExchangeableProxy, exchangeableProxy } from './exchangeable-proxy.js';

/** Requests beyond so many wait in line, which in AWS they would not: each is served within Lambda's own 15 s. */
export const ENVIRONMENTS = 20;

/** Room for the line: AppSync's 30 s are for one request on its own. */
const REQUEST_LIMIT_MILLIS = 120_000;

export interface FaultStack extends TestStack {
  exchangeable: ExchangeableProxy;
  /** Past the proxy, on a connection of its own: each fault may end those that are open. */
  asSuperuser<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result>;
  /** What the function did again by itself, since the start. */
  retries(): number;
}

export async function startFaultStack(): Promise<FaultStack> {
  const exchangeable = exchangeableProxy();
  let retries = 0;
  const stack = await startTestStack({
    maxEnvironments: ENVIRONMENTS,
    requestLimitMillis: REQUEST_LIMIT_MILLIS,
    proxyPort: await freePortThatNobodyIsGiven(),
    startProxy: (options) => exchangeable.start(options),
    onFunctionLogStream: (_name, line) => {
      retries += Number(/^\{.*"retries":(\d+)/.exec(line)?.[1] ?? 0);
    },
  });
  const asSuperuser: FaultStack['asSuperuser'] = async (work) => {
    const client = await stack.connectSuperuser();
    client.on('error', () => {});
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  };
  // The local PostgreSQL commits without waiting for its disk, and so would lose the last commits in a crash: the
  // function's, and the suite's own. RDS waits.
  await asSuperuser((client) => client.query('alter database app set synchronous_commit = on'));
  return {
    ...stack,
    exchangeable,
    asSuperuser,
    retries: () => retries,
  };
}

/** Below those that a system gives to outgoing connections, one of which could take the port while the proxy is away. */
async function freePortThatNobodyIsGiven(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
