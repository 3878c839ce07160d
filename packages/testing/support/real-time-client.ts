/** A client of AppSync's real-time protocol that shows every message: what the libraries hide. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface RealTimeMessage {
  type: string;
  id?: string;
  payload?: {
    data?: Record<string, unknown>;
    errors?: { errorType?: string; errorCode?: number; message: string }[];
    connectionTimeoutMs?: number;
  };
}

export interface RealTimeClient {
  /** Every message so far but the keep-alive ones. */
  readonly messages: readonly RealTimeMessage[];
  send(message: object): void;
  start(id: string, token: string, query: string, variables?: Record<string, unknown>): void;
  /** Resolves with the first message that it holds for; rejects after twenty seconds. */
  next(isWanted: (message: RealTimeMessage) => boolean): Promise<RealTimeMessage>;
  close(): Promise<void>;
}

/** @param url of the local stack @param token of the handshake */
export async function connectRealTime(url: string, token: string): Promise<RealTimeClient> {
  const { host } = new URL(url);
  const header = Buffer.from(JSON.stringify({ Authorization: token, host })).toString('base64url');
  const socket = new WebSocket(`ws://${host}/graphql/realtime`, ['graphql-ws', `header-${header}`]);
  const messages: RealTimeMessage[] = [];
  socket.on('message', (data) => {
    const message: RealTimeMessage = JSON.parse(String(data));
    if (message.type !== 'ka') messages.push(message);
  });
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    messages,
    send,
    start: (id, authorization, query, variables = {}) =>
      send({
        id,
        type: 'start',
        payload: {
          data: JSON.stringify({ query, variables }),
          extensions: { authorization: { Authorization: authorization, host } },
        },
      }),
    async next(isWanted) {
      const giveUp = AbortSignal.timeout(20_000);
      for (;;) {
        const found = messages.find(isWanted);
        if (found !== undefined) return found;
        if (giveUp.aborted) throw new Error(`No such message among ${JSON.stringify(messages)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async close() {
      socket.close();
      if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
    },
  };
}
