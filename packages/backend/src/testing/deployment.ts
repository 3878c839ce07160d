/** What the rules look at: the templates of one environment, and what the app declares about it. */
import type { ConfigurationProblem } from '../configuration/configuration-error.js';
import type { Environment } from '../configuration/environment.js';
import type { GuardrailName } from '../configuration/guardrail-names.js';
import type { CachedContext } from '../network/cached-context.js';
import { nameOf, type Resource, type Templates } from './templates.js';

/** The app's list: amplify/functions/functions.ts. */
export type DeclaredFunctions = Readonly<Record<string, { readonly database: boolean }>>;

export interface SynthesizedDeployment {
  readonly environment: Environment;
  readonly functions: DeclaredFunctions;
  readonly templates: Templates;
  /** The answers to VPC lookups: which zone a subnet is in, and whether it is public. */
  readonly cachedContext: CachedContext;
  /** Actions that AWS does not permit on single resources. */
  readonly actionsOnEveryResource: readonly string[];
}

export interface Rule {
  /** The guardrail that refuses the same. An environment that acknowledges it is not asked. */
  readonly guardrail?: GuardrailName;
  find(deployment: SynthesizedDeployment): ConfigurationProblem[];
}

export const lambdasOf = ({ templates }: SynthesizedDeployment): Resource[] =>
  templates.ofType('AWS::Lambda::Function');

export const inVpc = ({ properties }: Resource): boolean => properties.VpcConfig !== undefined;

export function isDatabaseFunction(lambda: Resource, { functions }: SynthesizedDeployment): boolean {
  const name = nameOf(lambda);
  return Object.hasOwn(functions, name) && functions[name]?.database === true;
}

/** What the backend package itself puts into the VPC: what prepares and migrates the database, and Amplify's SQL data source. */
export const isOfBackendPackage = ({ logicalId }: Resource): boolean =>
  /^(Bootstrap|Migrations|SQLFunction)/.test(logicalId);

/** The functions whose permissions the app and this package choose: not those of Amplify and the CDK. */
export const ownLambdas = (deployment: SynthesizedDeployment): Resource[] =>
  lambdasOf(deployment).filter(
    (lambda) =>
      Object.hasOwn(deployment.functions, nameOf(lambda)) ||
      (inVpc(lambda) && /^(Bootstrap|Migrations)/.test(lambda.logicalId)) ||
      lambda.logicalId.startsWith('BootstrapSecrets'),
  );
