/** Tracks who is connected: every socket, and the session of each client that is logged in. */
import type net from 'node:net';
import type { PoolSettings } from './pool/settings.js';
import type { ClientSession } from './session/client-session.js';

export class Clients {
  readonly #sockets = new Set<net.Socket>();
  readonly #sessions = new Map<number, ClientSession>();

  /** Connections, logged in or not. */
  get connectionCount(): number {
    return this.#sockets.size;
  }

  get sessions(): readonly ClientSession[] {
    return [...this.#sessions.values()];
  }

  addSocket(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Followed by 'close', which the code that serves the connection acts on.
    socket.on('error', () => {});
  }

  addSession(connectionId: number, session: ClientSession): void {
    this.#sessions.set(connectionId, session);
    void session.ended.then(() => this.#sessions.delete(connectionId));
  }

  /** @returns how many were closed */
  closeWhere(test: (session: ClientSession) => boolean, reason: string): number {
    const chosen = this.sessions.filter(test);
    for (const session of chosen) session.close(reason);
    return chosen.length;
  }

  /** @param connectionId of one. @default all that are logged in @returns how many */
  turnIntoBlackHoles(connectionId?: number): number {
    const one = connectionId === undefined ? undefined : this.#sessions.get(connectionId);
    const chosen = connectionId === undefined ? this.sessions : one === undefined ? [] : [one];
    for (const session of chosen) session.turnIntoBlackHole();
    return chosen.length;
  }

  /** Closes those that were silent for too long, and those that have lived long enough. Called every now and then. */
  sweep({ idleClientTimeoutSeconds, clientConnectionLifeSeconds }: PoolSettings): void {
    const now = performance.now();
    const isSilent = ({ lastHeardMillis, isIdle, isInTransaction }: ClientSession) =>
      (isIdle || isInTransaction) && now - lastHeardMillis > idleClientTimeoutSeconds * 1000;
    const isOld = ({ openedAtMillis }: ClientSession) => now - openedAtMillis > clientConnectionLifeSeconds * 1000;
    this.closeWhere(isSilent, `the client said nothing for ${idleClientTimeoutSeconds} s (IdleClientTimeout)`);
    this.closeWhere(
      isOld,
      `the connection is ${clientConnectionLifeSeconds} s old, the longest that RDS Proxy keeps one`,
    );
  }

  /** Resolves when every socket is closed. */
  async closeAll(): Promise<void> {
    const ends = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(ends);
  }
}
