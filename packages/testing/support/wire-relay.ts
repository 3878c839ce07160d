/** A wire between a client and a server that can be made longer or cut, and on which round trips are counted. */
import net from 'node:net';
import { listenOnLoopback, portOf } from '@vpc-postgres/local-stack/loopback.js';

export interface WireRelay {
  /** 1..65535, on localhost. */
  port: number;
  /**
   * How often a client began to send after it had been sent something, or for the first time: one for each round trip.
   * Encrypted or not, for a client that waits for responses sends in turns.
   */
  roundTrips(): number;
  /** Milliseconds that each direction takes from now on. */
  delay(millis: number): void;
  /** Cuts every connection that is open. */
  cut(): void;
  /** Cuts each new connection at once. */
  refuse(on: boolean): void;
  /** Cuts every connection when a client next speaks, before the server receives it. */
  cutBeforeNextQuestion(): void;
  /** Cuts every connection when a server next answers, before the client receives it. */
  cutBeforeNextAnswer(): void;
  stop(): Promise<void>;
}

/** @param serverPort on localhost */
export async function startWireRelay(serverPort: number): Promise<WireRelay> {
  const open = new Set<net.Socket>();
  let roundTrips = 0;
  let delayMillis = 0;
  let isRefusing = false;
  let cutBefore: 'question' | 'answer' | undefined;

  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  const isCutBefore = (event: 'question' | 'answer'): boolean => {
    if (cutBefore !== event) return false;
    cutBefore = undefined;
    cut();
    return true;
  };
  /** Chunks arrive in order: timers of equal length fire in the order in which they were set. */
  const carry = (from: net.Socket, to: net.Socket, onData: () => boolean) => {
    from.on('data', (chunk) => {
      if (!onData()) return;
      if (delayMillis === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), delayMillis);
    });
    from.on('error', () => {});
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    open.add(from);
  };
  const servers = await listenOnLoopback(0, () =>
    net.createServer({ noDelay: true }, (client) => {
      if (isRefusing) {
        client.destroy();
        return;
      }
      const server = net.connect({ host: '127.0.0.1', port: serverPort, noDelay: true });
      let isClientsTurn = true;
      carry(client, server, () => {
        if (isClientsTurn) roundTrips += 1;
        isClientsTurn = false;
        return !isCutBefore('question');
      });
      carry(server, client, () => {
        isClientsTurn = true;
        return !isCutBefore('answer');
      });
    }),
  );
  return {
    port: portOf(servers[0]),
    roundTrips: () => roundTrips,
    delay(millis) {
      delayMillis = millis;
    },
    cut,
    refuse(on) {
      isRefusing = on;
    },
    cutBeforeNextQuestion() {
      cutBefore = 'question';
    },
    cutBeforeNextAnswer() {
      cutBefore = 'answer';
    },
    async stop() {
      cut();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
