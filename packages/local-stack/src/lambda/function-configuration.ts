/** Declares what a deployment gives a function. Types only. */

export interface FunctionConfiguration {
  name: string;
  /** Holds index.mjs and bootstrap.mjs. */
  directory: string;
  /** The function's own variables, as amplify/ sets them, and the credentials of its role. */
  environment: Readonly<Record<string, string>>;
  region: string;
  /** 1..900. After that the environment is reset, as Lambda does. */
  timeoutSeconds: number;
  /** 128..10240. Reported beside what was used; not enforced. */
  memoryMB: number;
  /** One line of the function's output. */
  onLog: (line: string) => void;
  /** One line of Lambda's own: START, END, REPORT, and what went wrong. @default - not reported */
  onPlatformLog?: (line: string) => void;
  /** @default 10_000, Lambda's own limit */
  initLimitMillis?: number;
}
