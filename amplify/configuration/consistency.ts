/** What the values of an environment must have in common. Each part has a file; this one puts them together. */
import type { ConfigurationProblem } from './configuration-error.js';
import { databaseInconsistencies } from './database-consistency.js';
import type { Deployment, Target } from './deployment.js';
import type { Environment } from './environment.js';
import { networkInconsistencies } from './network-consistency.js';
import { misplacements } from './placement-consistency.js';
import { quote } from './quote.js';
import { sqlDataSourceInconsistencies } from './sql-data-source-consistency.js';

/** Expects an environment whose fields are well-formed one by one. */
export function inconsistencies(
  path: string,
  environment: Environment,
  deployment: Deployment,
  target: Target,
): ConfigurationProblem[] {
  const inside = [
    ...misplacements(environment, target),
    ...networkInconsistencies(environment.network),
    ...databaseInconsistencies(environment),
    ...sqlDataSourceInconsistencies(environment),
    ...sandboxInconsistencies(environment, deployment),
  ];
  return inside.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));
}

function sandboxInconsistencies({ onDelete, monitoring }: Environment, { type }: Deployment): ConfigurationProblem[] {
  if (type !== 'sandbox') return [];
  const problems: ConfigurationProblem[] = [];
  if (monitoring !== undefined) {
    problems.push({
      path: 'monitoring',
      got: quote(monitoring),
      expected: 'nothing: nobody is on call for a sandbox, and each one would send its own e-mails',
      fix: 'remove it',
    });
  }
  if (onDelete === 'keep') {
    problems.push({
      path: 'onDelete',
      got: quote(onDelete),
      expected: "'delete', because Amplify deletes everything that a sandbox owns, whatever its template says",
      fix: 'remove it; keep data that matters in a database that the sandbox does not own',
    });
  }
  return problems;
}
