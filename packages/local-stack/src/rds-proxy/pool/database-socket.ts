/** Reads from PostgreSQL into one buffer, without new memory for each read. */
import net from 'node:net';

const READ_BYTES = 64 * 1024;
/** One for all connections: what one read put there is copied out before the next one begins. */
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** The socket emits no 'data': what arrives goes to the reader. Its other events, `pause` and `resume` are as usual. */
export interface DatabaseSocket {
  socket: net.Socket;
  /** Who reads from now on. The bytes are the reader's own. */
  setReader(onBytes: (bytes: Buffer) => void): void;
}

/** @param signal ends the connection when it is aborted, with an error event */
export function connectToDatabase(socketPath: string, signal: AbortSignal): DatabaseSocket {
  let reader: (bytes: Buffer) => void = () => {};
  const callback = (byteCount: number) => {
    const bytes = Buffer.allocUnsafe(byteCount);
    READ_BUFFER.copy(bytes, 0, 0, byteCount);
    reader(bytes);
    return true;
  };
  const socket = net.connect({
    path: socketPath,
    signal,
    // The far end may be done while ours is not: what it still has to say is read.
    allowHalfOpen: true,
    onread: { buffer: READ_BUFFER, callback },
  });
  return {
    socket,
    setReader(onBytes) {
      reader = onBytes;
    },
  };
}
