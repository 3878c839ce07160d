/** Runs statements on the connection that migrates: one statement a message, and none after the time limit. */
import type { ClientBase, QueryResult, QueryResultRow } from 'pg';

/** A statement is given up because the time is up. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}

/** What node-postgres says when a statement took longer than `query_timeout`. */
const TIMED_OUT = 'Query read timeout';

export class Session {
  readonly #client: ClientBase;
  readonly #endsAt: number;
  #timedOut = false;

  /** @param timeLimitMillis for everything that is done with this session. */
  constructor(client: ClientBase, timeLimitMillis: number) {
    this.#client = client;
    this.#endsAt = performance.now() + timeLimitMillis;
  }

  /** False once a statement has been given up: the connection is busy with it still. */
  get isUsable(): boolean {
    return !this.#timedOut;
  }

  remainingMillis(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /**
   * By the extended protocol, in which PostgreSQL itself refuses a text of two statements.
   * @throws TimeUpError, and whatever PostgreSQL throws
   */
  async run<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<QueryResult<Row>> {
    const remaining = Math.floor(this.remainingMillis());
    if (remaining < 1) throw this.#timeout();
    try {
      const query = { text, values, queryMode: 'extended', query_timeout: remaining };
      return await this.#client.query<Row>(query);
    } catch (error) {
      if (error instanceof Error && error.message === TIMED_OUT) throw this.#timeout();
      throw error;
    }
  }

  /** Everything or nothing. */
  async transaction<Result>(callback: () => Promise<Result>): Promise<Result> {
    await this.run('begin');
    try {
      const result = await callback();
      await this.run('commit');
      return result;
    } catch (error) {
      // Where the connection is lost the transaction is, too.
      if (this.isUsable) await this.run('rollback').catch(() => undefined);
      throw error;
    }
  }

  #timeout(): TimeUpError {
    this.#timedOut = true;
    return new TimeUpError('the time for the migrations is up, and the statement was not waited for');
  }
}
