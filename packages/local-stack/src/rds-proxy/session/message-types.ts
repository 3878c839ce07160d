/**
 * Lists the type bytes of the PostgreSQL protocol, version 3, that a pooling proxy must tell apart.
 * @see https://www.postgresql.org/docs/17/protocol-message-formats.html
 */

const byte = (character: string): number => character.charCodeAt(0);

/** What a client sends after the startup. */
export const FRONTEND = {
  bind: byte('B'),
  close: byte('C'),
  copyData: byte('d'),
  copyDone: byte('c'),
  copyFail: byte('f'),
  describe: byte('D'),
  execute: byte('E'),
  flush: byte('H'),
  functionCall: byte('F'),
  parse: byte('P'),
  query: byte('Q'),
  sync: byte('S'),
  terminate: byte('X'),
} as const;

/** What PostgreSQL sends, as far as the proxy acts on it. */
export const BACKEND = {
  bindComplete: byte('2'),
  closeComplete: byte('3'),
  commandComplete: byte('C'),
  copyInResponse: byte('G'),
  emptyQueryResponse: byte('I'),
  errorResponse: byte('E'),
  noData: byte('n'),
  parseComplete: byte('1'),
  portalSuspended: byte('s'),
  readyForQuery: byte('Z'),
  rowDescription: byte('T'),
} as const;

/** The transaction status in ReadyForQuery of a session outside any transaction. */
export const IDLE = byte('I');
/** In Describe and Close: the name is that of a prepared statement, and not of a portal. */
export const STATEMENT = byte('S');
