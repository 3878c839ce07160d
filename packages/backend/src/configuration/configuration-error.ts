/** Reports what the person who deploys can correct, completely and at once: the one error of amplify/. */

/** Stands in environments.ts where your own value belongs. Every deployment rejects it, and names each field with it. */
export const REPLACE_ME = 'REPLACE_ME';

/** One thing that is wrong. */
export interface ConfigurationProblem {
  /** Where it is, for example `environments.sandbox.network.vpcId`. */
  readonly path: string;
  /** What stands there now. Never a secret: environments hold none. */
  readonly got: string;
  readonly expected: string;
  /** What to do about it, as an instruction. */
  readonly fix: string;
}

/** One check of an environment: false if it passes. The path starts at the environment; `got` is the value there. */
export type Check = false | (Omit<ConfigurationProblem, 'got'> & Partial<Pick<ConfigurationProblem, 'got'>>);

/**
 * The text never names the backend's folder as a path: ampx takes such a message for a broken import and replaces it.
 * For the same reason this is no TypeError: ampx would call it a syntax error.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly ConfigurationProblem[];

  /** @param note Stands below the problems. @default - none */
  constructor(summary: string, problems: readonly ConfigurationProblem[], note?: string) {
    super([summary, ...problems.map(describe), ...(note === undefined ? [] : [note])].join('\n\n'));
    this.problems = problems;
  }
}

function describe({ path, got, expected, fix }: ConfigurationProblem): string {
  return [`  ${path}`, `    got       ${got}`, `    expected  ${expected}`, `    fix       ${fix}`].join('\n');
}

/** How a value appears in a message. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return value === REPLACE_ME ? `${text}, still the placeholder` : text;
}
