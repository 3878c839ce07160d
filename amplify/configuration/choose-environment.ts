/** Chooses the environment of this deployment and refuses one that cannot be deployed, with every reason at once. */
import { ConfigurationError } from './configuration-error.js';
import type { Deployment, Target } from './deployment.js';
import type { Environment, Environments } from './environment.js';
import { quote } from './quote.js';
import { problemsOf } from './validate-environment.js';

const FILE = 'amplify/environments.ts';
/** What `npx ampx sandbox` deploys, whoever runs it. */
const SANDBOX = 'sandbox';

export function chooseEnvironment(environments: Environments, deployment: Deployment, target: Target): Environment {
  const name = deployment.type === 'sandbox' ? SANDBOX : deployment.name;
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment === undefined) throw unknownEnvironment(environments, deployment, name);

  const problems = problemsOf(`environments.${name}`, environment, target);
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one value' : `${problems.length} values`;
    throw new ConfigurationError(
      `The environment ${quote(name)} cannot be deployed: ${count} to correct in ${FILE}.`,
      problems,
    );
  }
  return environment;
}

function unknownEnvironment(environments: Environments, deployment: Deployment, name: string): ConfigurationError {
  const names = Object.keys(environments).map(quote).join(', ');
  const what = deployment.type === 'sandbox' ? 'A sandbox' : `The ${deployment.type} ${quote(name)}`;
  return new ConfigurationError(`${what} has no environment of that name in ${FILE}.`, [
    {
      path: `environments.${name}`,
      got: quote(undefined),
      expected: `one of the environments that exist: ${names || 'there is none'}`,
      fix: `add ${quote(name)} to ${FILE}, or deploy under one of the names that exist`,
    },
  ]);
}
