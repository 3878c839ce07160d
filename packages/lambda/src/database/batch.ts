/**
 * Sends statements as one batch of the extended protocol with a single Sync: PostgreSQL skips everything behind an error.
 * The only file that relies on what node-postgres does not document. Written for pg 8.23.
 * @see https://www.postgresql.org/docs/17/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import pg from 'pg';
import { columnTypes } from './column-types.js';
import { DatabaseStatementError } from './errors.js';

/** A statement whose values are in PostgreSQL's text format: nothing of it can fail while it is sent. */
export interface BoundStatement {
  readonly text: string;
  readonly values: readonly (string | Buffer | null)[];
}

export interface BatchResponse {
  /** Of the statements that completed, in order. */
  readonly results: readonly pg.QueryResult[];
  /** Whether every statement completed and every row could be read. An error can follow: the connection is lost before ReadyForQuery. */
  readonly isComplete: boolean;
  /** Why the batch ended early, or why a row could not be read. */
  readonly error?: unknown;
}

/** Bind counts its values in 16 bits. */
const MAX_VALUES = 65_535;

/** @throws DatabaseStatementError when a value has no text format. Its message quotes no value. */
export function bindValues(text: string, values: readonly unknown[] = []): BoundStatement {
  if (values.length > MAX_VALUES) {
    throw new DatabaseStatementError(
      `A statement has ${values.length} values; PostgreSQL takes ${MAX_VALUES}.`,
      undefined,
    );
  }
  return { text, values: values.map(toText) };
}

function toText(value: unknown, index: number): string | Buffer | null {
  let text: string | Buffer | null;
  try {
    text = utils.prepareValue(value);
  } catch (error) {
    const reason = error instanceof Error ? error.name : typeof error;
    throw new DatabaseStatementError(`The value of $${index + 1} cannot be serialized (${reason}).`, undefined);
  }
  if (typeof text !== 'string' || text.isWellFormed()) return text;
  throw new DatabaseStatementError(
    `The value of $${index + 1} has half a surrogate pair, which UTF-8 cannot hold.`,
    undefined,
  );
}

/** True between transactions; false in one, failed or not, and when the connection is gone. */
export function isIdle(client: pg.Client): boolean {
  return !client.connection.stream.destroyed && client.getTransactionStatus() === 'I';
}

/** Ends the connection at once. client.end() would wait for what is under way. */
export function destroyConnection(client: pg.Client): void {
  client.connection.stream.destroy();
}

/** For `client.query(…)`, as pg-cursor and pg-query-stream are. */
export class Batch implements pg.Submittable {
  readonly #statements: readonly BoundStatement[];
  readonly #results: pg.QueryResult[] = [];
  #result: WireResult | undefined;
  #rowError: unknown;
  /** The client replaces it, to stop its timer of `query_timeout`. */
  callback: (error: unknown) => void;

  /** @param onResponse Called once. An error of PostgreSQL arrives before the ReadyForQuery that follows it. */
  constructor(statements: readonly BoundStatement[], onResponse: (response: BatchResponse) => void) {
    this.#statements = statements;
    this.callback = (error) => {
      const isComplete = this.#results.length === this.#statements.length && this.#rowError === undefined;
      onResponse({ results: this.#results, isComplete, ...(error != null && { error }) });
    };
  }

  submit(connection: pg.Connection): void {
    // One write, and so one TLS record. Never uncorked after a failure: then nothing of it is sent.
    connection.stream.cork();
    for (const { text, values } of this.#statements) {
      connection.parse({ text, name: '', types: [] }, true);
      connection.bind({ values: [...values] }, true);
      connection.describe({ type: 'P' }, true);
      connection.execute({}, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: unknown[] }): void {
    this.#result = new Result(undefined, columnTypes);
    this.#result.addFields(fields);
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    try {
      this.#result?.addRow(this.#result.parseRow(fields));
    } catch (error) {
      this.#rowError ??= error;
    }
  }

  handleCommandComplete(message: unknown): void {
    const result = this.#result ?? new Result(undefined, columnTypes);
    result.addCommandComplete(message);
    this.#results.push(result);
    this.#result = undefined;
  }

  handleEmptyQuery(): void {
    this.#results.push(new Result(undefined, columnTypes));
  }

  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('COPY has no data here');
  }

  handleCopyData(): void {}

  /** The client drops the batch before it calls this: there is no handleReadyForQuery afterwards. */
  handleError(error: unknown): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(this.#rowError);
  }
}

/** What @types/pg leaves out. */
interface WireResult extends pg.QueryResult {
  addFields(fields: unknown[]): void;
  parseRow(fields: unknown[]): pg.QueryResultRow;
  addRow(row: pg.QueryResultRow): void;
  addCommandComplete(message: unknown): void;
}
interface Internals {
  readonly Result: new (rowMode: undefined, types: typeof columnTypes) => WireResult;
  readonly utils: { prepareValue(value: unknown): string | Buffer | null };
}
const { Result, utils } = pg as unknown as Internals;

const NEEDED = {
  Connection: ['parse', 'bind', 'describe', 'execute', 'sync', 'sendCopyFail'],
  Client: ['query', 'getTransactionStatus'],
  Result: ['addFields', 'parseRow', 'addRow', 'addCommandComplete'],
  utils: ['prepareValue'],
};

/** @throws Error that names what this version of node-postgres lacks, before a connection is opened. */
export function checkNodePostgres(installed: object = pg): void {
  const missing = Object.entries(NEEDED).flatMap(([name, methods]) => {
    const owner = Reflect.get(installed, name);
    return methods.filter((method) => !(method in (owner.prototype ?? owner))).map((method) => `${name}.${method}`);
  });
  if (missing.length === 0) return;
  throw new Error(`pg has no ${missing.join(', ')}. @vpc-postgres/lambda needs pg 8.23: install it.`);
}
