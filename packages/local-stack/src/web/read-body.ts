/** Reads a request's body up to a limit. */
import type { IncomingMessage } from 'node:http';

/**
 * The body; undefined when it is longer than the limit. The rest of such a one is read and dropped, so that the caller,
 * who is still sending, gets to the answer.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    lengthBytes += chunk.length;
    if (lengthBytes > limitBytes) break;
    chunks.push(chunk);
  }
  if (lengthBytes <= limitBytes) return Buffer.concat(chunks);
  request.resume();
  return undefined;
}
