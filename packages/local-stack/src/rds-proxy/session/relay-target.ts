/** Sends messages of a client, and the proxy's own between them, to a database connection. */
import type { ByteRun } from './byte-run.js';
import type { PendingReplies, SentOptions } from './pending-replies.js';
import type { PreparedOnConnection } from './prepared-statements.js';

/** What a message is relayed to. */
export interface RelayTarget {
  output: ByteRun;
  replies: PendingReplies;
  prepared: PreparedOnConnection;
}

/** @param type of the message that `bytes` are, or begin */
export function send({ output, replies }: RelayTarget, type: number, bytes: Buffer, options?: SentOptions): void {
  output.append(bytes);
  replies.sent(type, options);
}
