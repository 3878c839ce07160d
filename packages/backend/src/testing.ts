/** What an app's own tests need: one function that holds an environment against what keeps a private database private. */
import { join } from 'node:path';
import { ConfigurationError, REPLACE_ME } from './configuration/configuration-error.js';
import type { Environment, Environments } from './configuration/environment.js';
import { readCachedContext } from './network/cached-context.js';
import { synthesizeApp } from './synth/synthesize-app.js';
import type { DeclaredFunctions } from './testing/deployment.js';
import { findProblems } from './testing/find-problems.js';
import { readTemplates } from './testing/templates.js';

/** What is deployed, as the app declares it. */
export interface DeployableApp {
  /** The folder that holds amplify/ and cdk.context.json. */
  readonly projectDirectory: string;
  /** What amplify/environments.ts exports. */
  readonly environments: Environments;
  /** What amplify/functions/functions.ts exports. */
  readonly functions: DeclaredFunctions;
  /**
   * Actions that AWS does not permit on single resources and a function of yours needs, for example
   * `textract:DetectDocumentText`. @default - those of X-Ray and CloudWatch metrics
   */
  readonly actionsOnEveryResource?: readonly string[];
}

/**
 * Synthesizes the app for one environment, offline, and checks the templates: the functions with the database, and no
 * others, are in private subnets of two Availability Zones; they reach the database's port and the environment's egress;
 * permissions name the exact resource; no secret is in a variable or a template; nothing is public; no stacks wait for each
 * other. What an environment acknowledges for a guardrail is not checked.
 * @param name A key of `environments`. For a pattern, a branch is named `x` in place of each `*`.
 * @returns why the environment was not checked, or not completely, for a test to be skipped with; undefined when it was.
 * @throws ConfigurationError with every problem and its fix; when the synthesis fails, an Error with what it prints.
 */
export async function expectDeployable(app: DeployableApp, name: string): Promise<string | undefined> {
  const { projectDirectory, environments, functions, actionsOnEveryResource = [] } = app;
  const environment = environments[name];
  if (environment === undefined) throw noEnvironment(environments, `environments.${name}`, 'nothing');
  const placeholders = countPlaceholders(environment);
  if (placeholders > 0) {
    if (Object.values(environments).every((one) => countPlaceholders(one) > 0)) {
      throw noEnvironment(environments, 'environments', `${REPLACE_ME} in each of them`);
    }
    return `${name} is not checked: ${placeholders} of its values in amplify/environments.ts are still ${REPLACE_ME}.`;
  }
  const { templates, missingLookups } = await synthesizeApp(projectDirectory, name);
  const problems = findProblems({
    environment,
    functions,
    templates: readTemplates(templates),
    cachedContext: readCachedContext(join(projectDirectory, 'cdk.context.json')),
    actionsOnEveryResource,
  });
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw new ConfigurationError(`The environment ${name} must not be deployed: ${count} in its templates.`, problems);
  }
  if (missingLookups.length === 0) return undefined;
  return (
    `${name} is checked but for the zones of its subnets: the lookup of its VPC is not in cdk.context.json. ` +
    'Cache it once: docs/deploy.md.'
  );
}

const countPlaceholders = (environment: Environment) => JSON.stringify(environment).split(`"${REPLACE_ME}"`).length - 1;

function noEnvironment(environments: Environments, path: string, got: string): ConfigurationError {
  const names = Object.keys(environments).join(', ') || 'none';
  return new ConfigurationError('Nothing can be checked: no environment is complete.', [
    {
      path,
      got,
      expected: `one complete environment in amplify/environments.ts, which has ${names}`,
      fix: 'fill one in, or keep `example`',
    },
  ]);
}
