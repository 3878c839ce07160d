/** Keeps the last log lines of the functions by invocation, so that a request is found with what its functions wrote. */

/** Invocations remembered; the list of requests has a hundred. */
const MAX_INVOCATIONS = 500;
/** Of one invocation. A loop that logs must not fill the memory. */
const MAX_LINES = 200;

const REQUEST_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export class FunctionLogs {
  readonly #lines = new Map<string, string[]>();
  /** The invocations of a function that have begun and not ended. */
  readonly #open = new Map<string, Set<string>>();

  /** @param line as CloudWatch would have it: START and END tell which invocation runs */
  add(functionName: string, line: string): void {
    const open = this.#open.get(functionName) ?? new Set();
    this.#open.set(functionName, open);
    const [, begun] = /^START RequestId: (\S+)/.exec(line) ?? [];
    if (begun !== undefined) {
      open.add(begun);
      this.#lines.set(begun, []);
      const [oldest] = this.#lines.keys();
      if (this.#lines.size > MAX_INVOCATIONS && oldest !== undefined) this.#lines.delete(oldest);
    }
    const named = (line.match(REQUEST_ID) ?? []).find((id) => this.#lines.has(id));
    // A line that names none is of the one invocation that runs. Beside others it could be of any of them.
    const requestId = named ?? (open.size === 1 ? [...open][0] : undefined);
    const lines = requestId === undefined ? undefined : this.#lines.get(requestId);
    if (lines !== undefined && lines.length < MAX_LINES) lines.push(line);
    const [, ended] = /^END RequestId: (\S+)/.exec(line) ?? [];
    if (ended !== undefined) open.delete(ended);
  }

  /** @param requestId `awsRequestId` of the invocation, which `errorInfo.requestId` of a response also is */
  of(requestId: string): readonly string[] {
    return this.#lines.get(requestId) ?? [];
  }
}
