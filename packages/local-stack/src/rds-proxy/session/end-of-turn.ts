/**
 * Writes at the end of a turn of the event loop, when all sockets with something to read have been read. Each write
 * wakes the process at the other end. On a machine of few cores they take this one away in the middle of its turn, so first
 * comes all the work, and then all the waking.
 */

export interface TurnWriter {
  /** Writes what has come together. */
  writeNow(): void;
}

let waiting: TurnWriter[] = [];

/** Has it write at the end of this turn. To be asked for once in a turn. */
export function writeAtEndOfTurn(writer: TurnWriter): void {
  if (waiting.length === 0) setImmediate(writeAll);
  waiting.push(writer);
}

function writeAll(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.writeNow();
}
