/**
 * Middy, connected as its middlewares rds-signer and rds do it together: a token and a client for each invocation, ended after
 * it. Both are written out here, because no registry at hand had them in a version for the SDK of today.
 * @see https://middy.js.org/docs/middlewares/rds
 */
import { Signer } from '@aws-sdk/rds-signer';
import middy from '@middy/core';
import pg from 'pg';
import { BARE_READ } from '../bare-read.js';
import { type GetOrderEvent, region, server } from './environment.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });

interface ContextWithClient {
  rds: pg.Client;
}

const connection = (): middy.MiddlewareObj => {
  const end = async (request: middy.Request) => {
    await (request.context as unknown as Partial<ContextWithClient>).rds?.end();
  };
  return {
    async before(request) {
      const client = new pg.Client({ ...server, password: await signer.getAuthToken(), ssl: true });
      await client.connect();
      Object.assign(request.context, { rds: client });
    },
    after: end,
    onError: end,
  };
};

export const handler = middy<GetOrderEvent>()
  .use(connection())
  .handler(async ({ arguments: { id } }: GetOrderEvent, context: unknown) => {
    const { rows } = await (context as ContextWithClient).rds.query(BARE_READ, [id]);
    return { data: rows[0] };
  });
