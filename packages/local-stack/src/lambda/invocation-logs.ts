/** Brings each invocation together with the log line that the function wrote about it. */

/** How long a log line may lag behind the answer: they come through different pipes. */
const LOG_LAG_MILLIS = 500;

/** Lines kept for an invocation that has yet to ask for its own. */
const MAX_KEPT = 1_000;

/** What the function itself says of one invocation (packages/lambda/src/graphql/resolver.ts). */
export interface InvocationLog {
  connection: 'new' | 'reused' | 'none';
  durationMillis: number;
  connectMillis: number;
  queryMillis: number;
  rows: number;
}

type InvocationRecord = InvocationLog & { requestId: string; level: string };

/** One for each stack. */
export class InvocationLogs {
  readonly #arrived = new Map<string, InvocationLog>();
  readonly #awaited = new Map<string, (log: InvocationLog) => void>();

  /** True when the line needs no further attention: it is the record of an invocation that was not our fault. */
  take(line: string): boolean {
    const record = parseRecord(line);
    if (record === undefined) return false;
    const awaited = this.#awaited.get(record.requestId);
    if (awaited !== undefined) awaited(record);
    else this.#keep(record);
    return record.level !== 'error';
  }

  #keep(record: InvocationRecord): void {
    this.#arrived.set(record.requestId, record);
    // Nobody asks for those of invocations that failed.
    const [oldest] = this.#arrived.keys();
    if (this.#arrived.size > MAX_KEPT && oldest !== undefined) this.#arrived.delete(oldest);
  }

  of(requestId: string): Promise<InvocationLog | undefined> {
    const arrived = this.#arrived.get(requestId);
    this.#arrived.delete(requestId);
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => {
      const settle = (log: InvocationLog | undefined) => {
        clearTimeout(timer);
        this.#awaited.delete(requestId);
        resolve(log);
      };
      const timer = setTimeout(settle, LOG_LAG_MILLIS, undefined);
      timer.unref();
      this.#awaited.set(requestId, settle);
    });
  }
}

function parseRecord(line: string): InvocationRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('requestId' in value)) return undefined;
    return value as InvocationRecord;
  } catch {
    return undefined;
  }
}
