/** Makes environments that are rejected, and returns the error. */
import { chooseEnvironment } from '@vpc-postgres/backend/configuration/choose-environment.js';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import type { AccountAndRegion, BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';
import type { Environment, Environments } from '@vpc-postgres/backend/configuration/environment.js';
import { exampleEnvironment } from './environments.js';

const UNKNOWN: AccountAndRegion = { account: undefined, region: undefined };

export function refusal(
  all: Environments,
  deployment: BackendIdentifier,
  target: AccountAndRegion = UNKNOWN,
): ConfigurationError {
  try {
    chooseEnvironment(all, deployment, target);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}

/** An environment `main` with one value replaced, as plain JavaScript or a cast would allow it; undefined removes it. */
export function broken(path: string, value: unknown, base: Environment = exampleEnvironment): Environments {
  const main = structuredClone(base);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const parent: object = steps.reduce<object>((object, step) => Reflect.get(object, step), main);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return { main };
}
