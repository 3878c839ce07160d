/** Describes what the requests during a fault ended with. */
import type { RequestOutcome } from './send.js';
import type { Findings } from './verify.js';

export interface FaultRun extends Findings {
  name: string;
  how: string;
  requests: number;
  /** Not yet answered when it struck. */
  inFlight: number;
  answered: number;
  /** How many ended with each `errorType`. InvalidInput is what some of them are for. */
  errors: Record<string, number>;
  /** What the function did again by itself. */
  retried: number;
  /** Writes with a key whose end was open: sent again after the fault. */
  repeated: number;
  leaked: string[];
  firstNewRequest: RequestOutcome;
  /** By the handler whose process is never frozen. */
  firstNewRead: string;
  /** How the handler's reads ended, one after the other while the fault lasted. */
  probed: string[];
  /** That it struck at all: connections that had to be made anew, on either side. */
  newConnections: number;
  shortestQueryMillis: number;
}
