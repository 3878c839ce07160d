/** Says everything that is wrong with one environment. */
import type { ConfigurationProblem } from './configuration-error.js';
import { inconsistencies } from './consistency.js';
import type { Deployment, Target } from './deployment.js';
import type { Environment } from './environment.js';
import { guideTo } from './environment-fields.js';
import { environmentSchema } from './environment-schema.js';
import { quote } from './quote.js';

/** All problems of the environment at `path`, in the order of its fields; none when it can be deployed to `target`. */
export function problemsOf(
  path: string,
  environment: Environment,
  deployment: Deployment,
  target: Target,
): ConfigurationProblem[] {
  const { success, error } = environmentSchema.safeParse(environment);
  if (success) return inconsistencies(path, environment, deployment, target);
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [path, ...issue.path, key].join('.'),
        // What stands in a field that nobody foresaw may be a password.
        got: 'a value, not shown here',
        expected: 'no such field',
        fix: 'correct its spelling, or remove it',
      }));
    }
    return {
      path: [path, ...issue.path].join('.'),
      got: quote(valueAt(environment, issue.path)),
      ...guideTo(issue.path),
    };
  });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}
