/** Declares the events that the emulator reports, for logs and counters. None holds a token or a parameter. Types only. */
import type { Pin } from './pinning/pin-report.js';

export type RdsProxyEvent = ConnectionOpened | ConnectionRefused | ConnectionClosed | StatementPinned;

interface ConnectionEvent {
  /** Counts from 1 for each emulator. */
  connectionId: number;
}

/** A client has authenticated, and may send its first query. */
export interface ConnectionOpened extends ConnectionEvent {
  type: 'opened';
  user: string;
  database: string;
  /** From the first byte to the readiness for queries. */
  durationMillis: number;
}

/** A client was turned away, or left before it was ready. */
export interface ConnectionRefused extends ConnectionEvent {
  type: 'refused';
  /** As far as the client said. */
  user?: string;
  /** SQLSTATE. Absent when the connection ended without an error message. */
  code?: string;
  /** What the client received; empty when that was nothing. */
  message: string;
  /** What the person who runs the emulator may know, and the client not. */
  reason: string;
}

/** The end of a connection that had been opened. */
export interface ConnectionClosed extends ConnectionEvent {
  type: 'closed';
  user: string;
  database: string;
  /** From the first byte to the end. */
  durationMillis: number;
  /** Who ended it, and why. */
  reason: string;
  /** SQLSTATE, and what the client received, when the proxy ended it with an error. */
  code?: string;
  message?: string;
}

/** A statement pinned a session for the first time since the start. */
export interface StatementPinned {
  type: 'pinned';
  pin: Pin;
}
