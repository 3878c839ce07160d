/** Counts what one execution environment does in the database. The difference of two readings is one invocation. */
export interface DatabaseActivity {
  connectionsOpened: number;
  /** Without those that begin and end transactions. */
  statements: number;
  /** Of those statements. */
  rows: number;
  /** Retries: after a lost connection, or after losing against a concurrent transaction. */
  retries: number;
  /** Waiting for a connection: nothing when it is reused; DNS, TCP, TLS, token and login when it is new. */
  connectMillis: number;
  /** From having a connection to giving it back. */
  queryMillis: number;
}

export function noActivity(): DatabaseActivity {
  return { connectionsOpened: 0, statements: 0, rows: 0, retries: 0, connectMillis: 0, queryMillis: 0 };
}
