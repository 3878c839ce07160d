/** Chooses the environment of this deployment and rejects one that cannot be deployed, with every reason at once. */
import { ConfigurationError, type ConfigurationProblem, quote, REPLACE_ME } from './configuration-error.js';
import type { AccountAndRegion, BackendIdentifier } from './deployment.js';
import { type Environment, type Environments, validateEnvironment } from './environment.js';
import { offerSandbox } from './sandbox-offer.js';

const FILE = 'amplify/environments.ts';
/** What every `npx ampx sandbox` deploys, and nothing else does. */
const SANDBOX = 'sandbox';
/** What `npx ampx deploy` names every backend. Its --identifier, by which deployments differ, is the namespace. */
const AMPX_DEPLOY = 'backend';

/**
 * @throws ConfigurationError when no environment is meant for the deployment, more than one pattern fits it equally
 * well, or the environment has values that cannot be deployed.
 */
export function chooseEnvironment(
  environments: Environments,
  deployment: BackendIdentifier,
  target: AccountAndRegion,
): Environment {
  const name = environmentName(environments, deployment);
  const environment = name === undefined ? undefined : environments[name];
  if (name === undefined || environment === undefined) throw unknownEnvironment(environments, deployment);

  const problems = validateEnvironment(`environments.${name}`, environment, deployment, target);
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one value' : `${problems.length} values`;
    const summary = `The environment ${quote(name)} cannot be deployed: ${count} to correct in ${FILE}.`;
    const isUntold = deployment.type === 'sandbox' && problems.some(isMissingDatabase);
    throw new ConfigurationError(summary, problems, isUntold ? offerSandbox(environment.region) : undefined);
  }
  return environment;
}

/** A placeholder that stands for a VPC or a database. */
const isMissingDatabase = ({ path, got }: ConfigurationProblem) =>
  got === quote(REPLACE_ME) && /\.(network|database)\./.test(path);

/** The name of the environment for a deployment; undefined when there is none. */
export function environmentName(
  environments: Environments,
  deployment: Pick<BackendIdentifier, 'type' | 'name'> & Partial<BackendIdentifier>,
): string | undefined {
  const { type } = deployment;
  const name = nameOf(deployment);
  if (type === 'sandbox') return Object.hasOwn(environments, SANDBOX) ? SANDBOX : undefined;
  // A branch with the name sandbox must not take over what the developers share.
  if (name === SANDBOX) return undefined;
  if (Object.hasOwn(environments, name)) return name;
  return bestPattern(Object.keys(environments), name);
}

function nameOf({ type, name, namespace = name }: Partial<BackendIdentifier> & { readonly name: string }): string {
  return type === 'standalone' && name === AMPX_DEPLOY ? namespace : name;
}

function bestPattern(names: readonly string[], name: string): string | undefined {
  const fitting = names.filter((pattern) => pattern.includes('*') && toExpression(pattern).test(name));
  const [best, ...others] = fitting.toSorted((a, b) => ownText(b) - ownText(a));
  const equal = others.filter((other) => best !== undefined && ownText(other) === ownText(best));
  if (best === undefined || equal.length === 0) return best;
  throw new ConfigurationError(`More than one environment in ${FILE} is meant for ${quote(name)}.`, [
    {
      path: 'environments',
      got: [best, ...equal].map(quote).join(', '),
      expected: 'one pattern that fits best, the one with most text of its own',
      fix: `add ${quote(name)} itself, or make one of the patterns more exact`,
    },
  ]);
}

function toExpression(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

const ownText = (pattern: string) => pattern.replaceAll('*', '').length;

function unknownEnvironment(environments: Environments, deployment: BackendIdentifier): ConfigurationError {
  const { type } = deployment;
  const name = nameOf(deployment);
  const reserved = type !== 'sandbox' && name === SANDBOX;
  const names = Object.keys(environments).map(quote).join(', ');
  const what = type === 'sandbox' ? 'A sandbox' : `The ${type === 'branch' ? type : 'deployment'} ${quote(name)}`;
  const wanted = type === 'sandbox' ? SANDBOX : name;
  return new ConfigurationError(`${what} has no environment of that name in ${FILE}.`, [
    {
      path: `environments.${wanted}`,
      got: reserved ? `${quote(SANDBOX)}, which only npx ampx sandbox deploys` : quote(undefined),
      expected: `one of the environments that exist: ${names || 'there is none'}`,
      fix: reserved
        ? `give the ${type === 'branch' ? type : 'deployment'} another name`
        : `add ${quote(wanted)} to ${FILE}, or deploy under one of the names that exist`,
    },
  ]);
}
