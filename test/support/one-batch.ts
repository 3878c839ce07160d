/** Statements as one batch of the extended protocol with one Sync, by node-postgres's extension point: as a request is sent. */
import pg from 'pg';

export interface BatchStatement {
  text: string;
  values?: readonly unknown[];
}

export interface BatchResponse {
  /** Of the statements that completed, in order. */
  results: pg.QueryResult[];
  /** What ended the batch early. */
  error?: pg.DatabaseError;
}

/** @returns after the ReadyForQuery of a batch that succeeds, and after the error of one that fails */
export function sendBatch(client: pg.Client, statements: readonly BatchStatement[]): Promise<BatchResponse> {
  return new Promise((resolve) => {
    client.query(new Batch(statements, resolve));
  });
}

interface WireResult extends pg.QueryResult {
  addFields(fields: unknown[]): void;
  parseRow(fields: unknown[]): pg.QueryResultRow;
  addRow(row: pg.QueryResultRow): void;
  addCommandComplete(message: unknown): void;
}
interface WireConnection {
  stream: { cork(): void; uncork(): void };
  parse(message: object): void;
  bind(message: object): void;
  describe(message: object): void;
  execute(message: object): void;
  sync(): void;
}
const { Result, utils } = pg as unknown as {
  Result: new () => WireResult;
  utils: { prepareValue(value: unknown): unknown };
};

class Batch {
  readonly #statements: readonly BatchStatement[];
  readonly #onResponse: (response: BatchResponse) => void;
  readonly #results: pg.QueryResult[] = [];
  #result = new Result();

  constructor(statements: readonly BatchStatement[], onResponse: (response: BatchResponse) => void) {
    this.#statements = statements;
    this.#onResponse = onResponse;
  }

  submit(connection: unknown): void {
    const wire = connection as WireConnection;
    wire.stream.cork();
    for (const { text, values = [] } of this.#statements) {
      wire.parse({ text, name: '', types: [] });
      wire.bind({ values: values.map(utils.prepareValue) });
      wire.describe({ type: 'P' });
      wire.execute({});
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: unknown[] }): void {
    this.#result.addFields(fields);
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    this.#result.addRow(this.#result.parseRow(fields));
  }

  handleCommandComplete(message: unknown): void {
    this.#result.addCommandComplete(message);
    this.#results.push(this.#result);
    this.#result = new Result();
  }

  handleError(error: pg.DatabaseError): void {
    this.#onResponse({ results: this.#results, error });
  }

  handleReadyForQuery(): void {
    this.#onResponse({ results: this.#results });
  }
}
