/** A client that speaks the protocol message by message, through the emulator or directly, and keeps what it is answered. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { buildMessage, buildStartup } from '../../../src/rds-proxy/wire.js';

const TLS_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** For the message types see https://www.postgresql.org/docs/17/protocol-message-formats.html */
export const message = {
  query: (text: string) => buildMessage('Q', `${text}\0`),
  parse: (name: string, text: string) =>
    buildMessage('P', Buffer.concat([Buffer.from(`${name}\0${text}\0`), Buffer.alloc(2)])),
  bind: (portal: string, name: string, ...values: string[]) =>
    buildMessage(
      'B',
      Buffer.concat([
        Buffer.from(`${portal}\0${name}\0`),
        int16(0),
        int16(values.length),
        ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
        int16(0),
      ]),
    ),
  describeStatement: (name: string) => buildMessage('D', `S${name}\0`),
  describePortal: (name: string) => buildMessage('D', `P${name}\0`),
  execute: (portal: string, rowLimit = 0) =>
    buildMessage('E', Buffer.concat([Buffer.from(`${portal}\0`), int32(rowLimit)])),
  closeStatement: (name: string) => buildMessage('C', `S${name}\0`),
  sync: () => buildMessage('S'),
  flush: () => buildMessage('H'),
  copyData: (data: string) => buildMessage('d', data),
  copyDone: () => buildMessage('c'),
  copyFail: (reason: string) => buildMessage('f', `${reason}\0`),
  terminate: () => buildMessage('X'),
};

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** What the server said: the type, and the content as far as it is the same on every session. */
export interface BackendMessage {
  type: string;
  text: string;
}

export interface RawLogin {
  user: string;
  database: string;
  settings?: Record<string, string>;
}

export class RawClient {
  readonly answers: BackendMessage[] = [];
  /** How many ReadyForQuery came, and in which transaction status the last was. */
  readyCount = 0;
  status = '';
  readonly closed: Promise<void>;
  #unread: Buffer = Buffer.alloc(0);
  #wakeUp = () => {};

  constructor(readonly socket: net.Socket) {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
        this.#wakeUp();
      });
    });
  }

  send(...messages: Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  /** Resolves when as many ReadyForQuery have come since the start, or the connection has ended. */
  async untilReady(count: number): Promise<void> {
    await this.until(() => this.readyCount >= count);
  }

  async until(isReached: () => boolean): Promise<void> {
    while (!isReached() && !this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
      });
    }
  }

  /** Sends, and waits for as many ReadyForQuery as the messages ask for. @returns the answers to them */
  async ask(...messages: Buffer[]): Promise<BackendMessage[]> {
    const already = this.answers.length;
    const expected = messages.filter((bytes) => /^[QSF]/.test(bytes.toString('latin1', 0, 1))).length;
    const target = this.readyCount + expected;
    this.send(...messages);
    await this.untilReady(target);
    return this.answers.slice(already);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 5) {
      const length = 1 + this.#unread.readInt32BE(1);
      if (this.#unread.length < length) break;
      this.#onMessage(this.#unread.toString('latin1', 0, 1), this.#unread.subarray(5, length));
      this.#unread = this.#unread.subarray(length);
    }
    this.#wakeUp();
  }

  #onMessage(type: string, body: Buffer): void {
    // Parameters and keys differ from session to session; notifications come when they like.
    if (['S', 'K', 'R', 'A'].includes(type)) return;
    if (type === 'Z') {
      this.readyCount += 1;
      this.status = body.toString('latin1');
    }
    this.answers.push({ type, text: type === 'E' || type === 'N' ? errorText(body) : body.toString('latin1') });
  }
}

/** Severity, SQLSTATE and message. Line numbers of PostgreSQL's sources say nothing here. */
function errorText(body: Buffer): string {
  const fields = body.toString('utf8').split('\0').filter(Boolean);
  return fields.filter((field) => /^[SCM]/.test(field)).join(' ');
}

/** Past the emulator, on PostgreSQL's own socket. */
export async function connectDirectly(socketDirectory: string, login: RawLogin): Promise<RawClient> {
  const socket = net.connect({ path: `${socketDirectory}/.s.PGSQL.5432` });
  await once(socket, 'connect');
  const client = new RawClient(socket);
  client.send(buildStartup({ user: login.user, database: login.database, ...login.settings }));
  await client.untilReady(1);
  return client;
}

export async function connectThroughProxy(
  proxy: { port: number; ca: string; token: string },
  login: RawLogin,
): Promise<RawClient> {
  const raw = net.connect({ host: '127.0.0.1', port: proxy.port });
  await once(raw, 'connect');
  raw.write(TLS_REQUEST);
  await once(raw, 'data');
  const socket = tls.connect({ socket: raw, ca: proxy.ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const client = new RawClient(socket);
  client.send(buildStartup({ user: login.user, database: login.database, ...login.settings }));
  client.send(buildMessage('p', `${proxy.token}\0`));
  await client.untilReady(1);
  return client;
}
