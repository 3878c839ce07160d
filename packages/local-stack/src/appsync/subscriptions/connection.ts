/**
 * Speaks AppSync's real-time protocol over one WebSocket: the client says who it is, then starts and stops subscriptions.
 * @see https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
 */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { CredentialedRequest } from '../authentication.js';
import type { GraphqlEndpoint } from '../endpoint.js';
import { RequestRefusedError } from '../errors.js';
import type { Subscription } from './subscription.js';

/** The client gives up a connection from which it has heard nothing for this long. AppSync's value. */
const CONNECTION_TIMEOUT_MILLIS = 300_000;
/** AppSync sends a keep-alive message every minute. */
const KEEP_ALIVE_MILLIS = 60_000;
/** AppSync's quota. @see https://docs.aws.amazon.com/general/latest/gr/appsync.html */
const MAX_SUBSCRIPTIONS = 100;

/** The header that an Authorization is in, by its name as the client writes it. */
const headersSchema = z.record(z.string(), z.string().optional());
const startSchema = z.object({
  id: z.string().min(1),
  payload: z.object({ data: z.string(), extensions: z.object({ authorization: headersSchema }) }),
});

export interface RealTimeConnection {
  /** Sends a mutation's result to the subscriptions that it is for. */
  publish(fieldName: string, result: unknown): Promise<void>;
}

/** @param request the handshake, whose subprotocol or query holds the headers of the client */
export function serveConnection(
  socket: WebSocket,
  request: IncomingMessage,
  endpoint: Pick<GraphqlEndpoint, 'authenticate' | 'subscribe'>,
): RealTimeConnection {
  const subscriptions = new Map<string, Subscription>();
  const send = (message: object) => socket.send(JSON.stringify(message));
  const keepAlive = setInterval(() => send({ type: 'ka' }), KEEP_ALIVE_MILLIS);
  keepAlive.unref();
  let isAccepted = false;
  /** Messages are handled one after the other: a stop comes after its start. */
  let queue = Promise.resolve();

  const accept = async (): Promise<void> => {
    try {
      await endpoint.authenticate(credentialsOf(request, handshakeHeaders(request), '/graphql/connect'), '{}');
      isAccepted = true;
      send({ type: 'connection_ack', payload: { connectionTimeoutMs: CONNECTION_TIMEOUT_MILLIS } });
      send({ type: 'ka' });
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
      const { status, errorType, message } = error;
      send({ type: 'connection_error', payload: { errors: [{ message, errorType, errorCode: status }] } });
      socket.close();
    }
  };

  const start = async (message: unknown): Promise<void> => {
    const parsed = startSchema.safeParse(message);
    if (!parsed.success)
      return refuse(
        idOf(message),
        'MalformedMessageError',
        'Expected id, payload.data and payload.extensions.authorization.',
      );
    const { id, payload } = parsed.data;
    if (!isAccepted) return refuse(id, 'UnauthorizedException', 'Send connection_init first.');
    if (subscriptions.has(id)) return refuse(id, 'DuplicatedOperationError', `There is a subscription ${id} already.`);
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) {
      return refuse(id, 'MaxSubscriptionsReachedError', `A connection has at most ${MAX_SUBSCRIPTIONS} subscriptions.`);
    }
    const { data, extensions } = payload;
    const subscription = await endpoint.subscribe(credentialsOf(request, extensions.authorization, '/graphql'), data);
    if ('errors' in subscription) return send({ type: 'error', id, payload: { errors: subscription.errors } });
    subscriptions.set(id, subscription);
    send({ type: 'start_ack', id });
  };

  const refuse = (id: string | undefined, errorType: string, message: string) =>
    send({ type: 'error', ...(id !== undefined && { id }), payload: { errors: [{ errorType, message }] } });

  const handle = async (message: unknown): Promise<void> => {
    const type = typeOf(message);
    const id = idOf(message);
    if (type === 'connection_init') return accept();
    if (type === 'start') return start(message);
    if (type !== 'stop')
      return refuse(id, 'UnsupportedOperation', `There is no message of type ${JSON.stringify(type)}.`);
    if (id === undefined || !subscriptions.delete(id)) {
      return refuse(id, 'UnknownOperationError', `There is no subscription ${id ?? 'without an id'}.`);
    }
    send({ type: 'complete', id });
  };

  socket.on('message', (data) => {
    queue = queue
      .then(() => handle(parseJson(String(data))))
      .catch((error) => {
        console.error(error);
        socket.close(1011);
      });
  });
  socket.on('close', () => clearInterval(keepAlive));
  // What a client sends wrong ends its connection, and nothing else.
  socket.on('error', () => socket.terminate());

  return {
    async publish(fieldName, result) {
      for (const [id, subscription] of subscriptions) {
        const payload = await subscription.deliver(fieldName, result);
        if (payload !== undefined && subscriptions.has(id)) send({ type: 'data', id, payload });
      }
    },
  };
}

/** In the subprotocol `header-` and base64url, as the libraries do, or in the query `?header=` and base64. */
function handshakeHeaders({ headers, url = '' }: IncomingMessage): z.infer<typeof headersSchema> {
  const protocols = headers['sec-websocket-protocol'] ?? '';
  const [, inProtocol] = /(?:^|,)\s*header-([\w-]+)/.exec(protocols) ?? [];
  const encoded = inProtocol ?? new URL(url, 'http://localhost').searchParams.get('header') ?? '';
  const parsed = headersSchema.safeParse(parseJson(Buffer.from(encoded, 'base64').toString('utf8')));
  return parsed.success ? parsed.data : {};
}

function credentialsOf(
  { socket }: IncomingMessage,
  headers: z.infer<typeof headersSchema>,
  url: string,
): CredentialedRequest {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { method: 'POST', url, headers: Object.fromEntries(lowerCase), socket };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const typeOf = (message: unknown) => textOf(message, 'type');
const idOf = (message: unknown) => textOf(message, 'id');

function textOf(message: unknown, name: string): string | undefined {
  const parsed = z.object({ [name]: z.string() }).safeParse(message);
  return parsed.success ? parsed.data[name] : undefined;
}
