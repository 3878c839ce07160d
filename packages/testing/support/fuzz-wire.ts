/** Feeds random inputs to everything that parses the protocol, and says what became of them. */
import { ProxyError } from '@vpc-postgres/local-stack/rds-proxy/proxy-error.js';
import { BackendStream } from '@vpc-postgres/local-stack/rds-proxy/session/backend-stream.js';
import { ByteRun } from '@vpc-postgres/local-stack/rds-proxy/session/byte-run.js';
import { FrontendStream } from '@vpc-postgres/local-stack/rds-proxy/session/frontend-stream.js';
import { PendingReplies } from '@vpc-postgres/local-stack/rds-proxy/session/pending-replies.js';
import {
  PreparedOnConnection,
  StatementNames,
} from '@vpc-postgres/local-stack/rds-proxy/session/prepared-statements.js';
import { StatementRelay } from '@vpc-postgres/local-stack/rds-proxy/session/statement-relay.js';
import { parseStartup } from '@vpc-postgres/local-stack/rds-proxy/startup.js';
import { ProtocolViolation, REQUEST_CODES } from '@vpc-postgres/local-stack/rds-proxy/wire.js';
import { createRandom, cutAnywhere, randomInput } from './message-fuzz.js';

export interface FuzzResult {
  /** Ended by an error that the proxy answers. */
  refused: number;
  /** Understood from the first byte to the last. */
  accepted: number;
  slowestMillis: number;
  /** The most bytes that a parser kept back of one input. */
  mostHeldBytes: number;
}

/**
 * @param seed makes the run repeatable
 * @throws whatever a parser throws that is no ProtocolViolation or ProxyError, with the seed and the input
 */
export function fuzzWire(inputCount: number, seed: number): FuzzResult {
  const random = createRandom(seed);
  const result: FuzzResult = { refused: 0, accepted: 0, slowestMillis: 0, mostHeldBytes: 0 };
  for (let index = 0; index < inputCount; index += 1) {
    const input = randomInput(random);
    const startedAt = performance.now();
    try {
      const held = feed(input, random);
      result.mostHeldBytes = Math.max(result.mostHeldBytes, held);
      result.accepted += 1;
    } catch (error) {
      if (!(error instanceof ProtocolViolation || error instanceof ProxyError)) {
        throw new Error(`Input ${index} of seed ${seed}: ${input.toString('hex')}`, { cause: error });
      }
      result.refused += 1;
    }
    result.slowestMillis = Math.max(result.slowestMillis, performance.now() - startedAt);
  }
  return result;
}

/** As client, as server, and as a startup packet. @returns how many bytes were held back */
function feed(input: Buffer, random: () => number): number {
  const kind = random();
  if (kind < 0.1) {
    parseStartup({ code: REQUEST_CODES.protocolVersion3, body: input });
    return 0;
  }
  return kind < 0.7 ? feedAsClient(input, random) : feedAsServer(input, random);
}

function feedAsClient(input: Buffer, random: () => number): number {
  const stream = new FrontendStream();
  const relay = new StatementRelay({
    findPinReasons: () => [],
    onPin: () => {},
    sharedNames: random() < 0.5 ? new StatementNames() : undefined,
  });
  const target = { output: new ByteRun(), replies: new PendingReplies(), prepared: new PreparedOnConnection() };
  let handedOut = 0;
  for (const chunk of cutAnywhere(input, random)) {
    stream.push(chunk);
    for (let piece = stream.next(); piece !== undefined; piece = stream.next()) {
      handedOut += piece.bytes.length;
      if (piece.kind === 'message') relay.relay(piece, target);
    }
  }
  if (handedOut + stream.bufferedBytes !== input.length) throw new Error('bytes were lost, or came twice');
  return stream.bufferedBytes;
}

function feedAsServer(input: Buffer, random: () => number): number {
  const stream = new BackendStream();
  const output = new ByteRun();
  const replies = new PendingReplies();
  for (const chunk of cutAnywhere(input, random)) {
    stream.read(chunk, output, { onMessage: (type, status) => replies.received(type, status) === true });
  }
  const passed = output.isEmpty ? 0 : output.take().length;
  const held = input.length - passed;
  if (held < 0 || held > 5) throw new Error(`${held} bytes of the server were lost, or came twice`);
  return held;
}
