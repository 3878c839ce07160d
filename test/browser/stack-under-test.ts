/**
 * Owns the stack that the browser tests look at: the real pages, AppSync and user pool, with orders kept in memory in
 * place of the Lambda and PostgreSQL.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '../../amplify/data/schema.js';
import { createGraphqlEndpoint } from '../../src/local/appsync/endpoint.js';
import type { AppSyncEvent } from '../../src/local/appsync/event.js';
import { loadOrCreateUserPool } from '../../src/local/cognito/user-pool.js';
import { createConsoleRoutes } from '../../src/local/web/console/routes.js';
import { createGraphiqlRoutes } from '../../src/local/web/graphiql/routes.js';
import { startWebServer } from '../../src/local/web/server.js';

export interface StackUnderTest {
  url: string;
  stop(): Promise<void>;
}

export async function startStackUnderTest(): Promise<StackUnderTest> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'stack-under-test-'));
  const userPool = await loadOrCreateUserPool(stateDirectory);
  const server = await startWebServer({
    port: 0,
    routes: [
      {
        path: '/graphql',
        handle: createGraphqlEndpoint({ sdl: schema.transform().schema, userPool, invoke: createOrdersInMemory() }),
      },
      ...createGraphiqlRoutes(),
      ...createConsoleRoutes({ userPool, describeStack: () => DESCRIPTION }),
    ],
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(stateDirectory, { recursive: true });
    },
  };
}

const DESCRIPTION = {
  parts: [
    { name: 'AppSync', detail: 'Schema, tokens and rules', address: 'localhost:3000/graphql' },
    { name: 'Lambda', detail: 'orders-api, the bundle that is deployed', address: 'runtime API, own process' },
    { name: 'RDS Proxy', detail: 'TLS and IAM tokens, as in the VPC', address: 'localhost:6432' },
    { name: 'PostgreSQL', detail: 'Version 17, database app, data in .local', address: 'unix socket' },
  ],
  commands: [
    {
      name: 'psql through the proxy',
      command:
        'PGPASSWORD=$(npm run -s db:token) psql "host=localhost port=6432 user=app dbname=app sslmode=verify-full sslrootcert=.local/ca.pem"',
    },
    {
      name: 'GraphQL with curl',
      command:
        'curl -s localhost:3000/graphql -H "authorization: $(npm run -s user:token -- --user alice)" -d \'{"query":"{ listOrders { items { id totalCents } } }"}\'',
    },
  ],
};

interface StoredOrder {
  ownerSub: string;
  totalCents: number;
  [field: string]: unknown;
}

interface OrderLine {
  quantity: number;
  unitPriceCents: number;
}

/** What orders-api does, as far as the pages ask it. */
function createOrdersInMemory() {
  const orders: StoredOrder[] = [];
  const ownedBy = (sub: string) => orders.filter(({ ownerSub }) => ownerSub === sub);

  return async (_functionName: string, { fieldName, arguments: args, identity }: AppSyncEvent): Promise<unknown> => {
    switch (fieldName) {
      case 'listOrders':
        return { data: { items: ownedBy(identity.sub).slice(0, Number(args.limit ?? 20)), nextToken: null } };
      case 'orderTotals': {
        const totalCents = orders.reduce((sum, order) => sum + order.totalCents, 0);
        return { data: [{ currency: 'EUR', orderCount: orders.length, totalCents }] };
      }
      case 'createOrder': {
        const lines = args.lines as OrderLine[];
        if (lines.length === 0) return { error: { type: 'InvalidOrder', message: 'An order has at least one line.' } };
        const order = {
          ownerSub: identity.sub,
          id: randomUUID(),
          status: 'PLACED',
          currency: args.currency,
          lines,
          totalCents: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
          createdAt: new Date().toISOString(),
        };
        orders.unshift(order);
        return { data: order };
      }
      default:
        throw new Error(`The stack under test has no field ${fieldName}`);
    }
  };
}
