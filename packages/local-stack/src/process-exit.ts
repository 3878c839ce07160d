/** Describes how a child process ended. */
export interface ProcessExit {
  /** Null when a signal ended it. */
  code: number | null;
  /** Null when it exited by itself. */
  signal: NodeJS.Signals | null;
}
