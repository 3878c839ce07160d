/** The one error of amplify/: something that the person who deploys can put right, told completely and at once. */

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

/**
 * The text never names the backend's folder as a path: ampx takes such a message for a broken import and replaces it.
 * For the same reason this is no TypeError: ampx would call it a syntax error.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly ConfigurationProblem[];

  constructor(summary: string, problems: readonly ConfigurationProblem[]) {
    super([summary, ...problems.map(describe)].join('\n\n'));
    this.problems = problems;
  }
}

function describe({ path, got, expected, fix }: ConfigurationProblem): string {
  return [`  ${path}`, `    got       ${got}`, `    expected  ${expected}`, `    fix       ${fix}`].join('\n');
}
