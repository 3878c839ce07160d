import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  buildFatalError,
  buildMessage,
  MessageReader,
  ProtocolViolation,
  parseErrorFields,
  withReader,
} from '../../../src/rds-proxy/wire.js';

test('a message that arrives byte by byte is read whole, and what follows it stays in the socket', async () => {
  const socket = new PassThrough();
  const reading = new MessageReader(socket).readMessage();

  for (const byte of Buffer.concat([buildMessage('p', 'secret\0'), Buffer.from('rest')])) {
    socket.write(Buffer.from([byte]));
    await turn();
  }

  expect(await reading).toEqual({ type: 'p', body: Buffer.from('secret\0') });
  expect(socket.read()).toEqual(Buffer.from('rest'));
});

test('a reader that is given back leaves no listener behind', async () => {
  const socket = new PassThrough();
  const listenersOf = () => socket.eventNames().map((name) => socket.listenerCount(name));
  const before = listenersOf();

  socket.write(buildMessage('Z', 'I'));
  await withReader(socket, (reader) => reader.readMessage());

  expect(listenersOf()).toEqual(before);
});

test('messages that arrive together are read one by one', async () => {
  const socket = new PassThrough();
  socket.write(Buffer.concat([buildMessage('S', 'a'), buildMessage('Z', 'I'), buildMessage('X')]));
  const reader = new MessageReader(socket);

  expect(await reader.readMessage()).toEqual({ type: 'S', body: Buffer.from('a') });
  expect(await reader.readMessage()).toEqual({ type: 'Z', body: Buffer.from('I') });
  expect(await reader.readMessage()).toEqual({ type: 'X', body: Buffer.alloc(0) });
});

test('a socket that ends in the middle of a message is a violation, and so is one that was destroyed', async () => {
  const ended = new PassThrough();
  ended.end(buildMessage('p', 'secret').subarray(0, 7));
  const destroyed = new PassThrough();
  const reading = new MessageReader(destroyed).readMessage();
  destroyed.destroy();

  await expect(new MessageReader(ended).readMessage()).rejects.toThrow(ProtocolViolation);
  await expect(reading).rejects.toThrow('the connection ended');
});

test.each([0, 3, -1, 65_537])('a message that says it has %s bytes is a violation', async (length) => {
  const socket = new PassThrough();
  const header = Buffer.from('p0000');
  header.writeInt32BE(length, 1);
  socket.write(header);

  await expect(new MessageReader(socket).readMessage()).rejects.toThrow(`a message of ${length} bytes`);
});

test.each([0, 7, -1, 10_001])('a startup packet that says it has %s bytes is a violation', async (length) => {
  const socket = new PassThrough();
  const header = Buffer.alloc(4);
  header.writeInt32BE(length);
  socket.write(header);

  await expect(new MessageReader(socket).readStartupPacket()).rejects.toThrow(`a startup packet of ${length} bytes`);
});

test('an error says its severity, SQLSTATE and message', () => {
  const error = buildFatalError('28000', 'This RDS Proxy requires TLS connections.');

  expect(error.toString('latin1', 0, 1)).toBe('E');
  expect(error.readInt32BE(1)).toBe(error.length - 1);
  expect(parseErrorFields(error.subarray(5))).toEqual({
    S: 'FATAL',
    V: 'FATAL',
    C: '28000',
    M: 'This RDS Proxy requires TLS connections.',
  });
});
