/** Reads and replaces the names and texts at the beginning of Parse, Bind, Describe, Close and Execute. */
import { buildMessage, ProtocolViolation } from '../wire.js';
import { HEADER_BYTES } from './frontend-stream.js';

/** A text that ends with a zero byte. */
interface ReadString {
  text: string;
  /** Of what comes behind the zero byte. */
  end: number;
}

/** @throws ProtocolViolation when no zero byte ends it */
export function readString(bytes: Buffer, start: number): ReadString {
  const end = bytes.indexOf(0, start);
  if (end < 0) throw new ProtocolViolation('invalid string in message');
  return { text: bytes.toString('utf8', start, end), end: end + 1 };
}

/** Describe and Close: `S` or `P`, and a name. Execute: a name. */
export function readTarget(message: Buffer): { kind: number; name: string } {
  return { kind: message[HEADER_BYTES] ?? 0, name: readString(message, HEADER_BYTES + 1).text };
}

/** The same message about a statement of another name. @param kind as in readTarget */
export function buildTarget(type: string, kind: number, name: string): Buffer {
  return buildMessage(type, Buffer.concat([Buffer.from([kind]), Buffer.from(`${name}\0`)]));
}

/** A Parse. @param body what follows the name: text, and types of parameters */
export function buildParse(name: string, body: Buffer): Buffer {
  return buildMessage('P', Buffer.concat([Buffer.from(`${name}\0`), body]));
}

/** A Bind, or its beginning, for a statement of another name. The length says how long the whole one is. */
export function renameInBind(message: Buffer, lengthBytes: number, portalEnd: number, nameEnd: number, name: string) {
  const newName = Buffer.from(`${name}\0`);
  const renamed = Buffer.concat([message.subarray(0, portalEnd), newName, message.subarray(nameEnd)]);
  renamed.writeInt32BE(lengthBytes - 1 + newName.length - (nameEnd - portalEnd), 1);
  return renamed;
}
