/** Reads the settings of a deployed proxy and database that the local stack is to have: a file that `vpc-postgres replay` writes. */
import { readFileSync } from 'node:fs';
import { LocalStackError } from './local-stack-error.js';
import { completePoolSettings, type PoolSettings } from './rds-proxy/pool/settings.js';

export interface DeployedSettings {
  /** Of the database, for example `16.4`. */
  readonly engineVersion?: string;
  /** Of the proxy. What is left out is as npm start has it. */
  readonly pool: Partial<PoolSettings>;
  /** Server settings of PostgreSQL by name, in the unit that PostgreSQL has for each. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** @throws LocalStackError when the file cannot be used, with everything that is wrong with it */
export function readDeployedSettings(file: string): DeployedSettings {
  try {
    return check(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new LocalStackError(
      `The settings in ${file} cannot be used: ${(error as Error).message}`,
      'Write the file again: npx vpc-postgres replay --environment NAME',
    );
  }
}

function check(settings: DeployedSettings): DeployedSettings {
  const { pool, parameters } = settings;
  if (typeof pool !== 'object' || typeof parameters !== 'object') {
    throw new TypeError('it has no pool and parameters, which are objects.');
  }
  completePoolSettings(pool);
  const problems = Object.entries(parameters).filter(
    ([name, value]) => !/^[A-Za-z_]+$/.test(name) || typeof value !== 'string',
  );
  if (problems.length > 0)
    throw new TypeError(`no parameters with a text: ${problems.map(([name]) => name).join(', ')}.`);
  return settings;
}

/** @returns what to say where the local PostgreSQL has another major version */
export function describeOtherVersion({ engineVersion }: DeployedSettings, local: string): string | undefined {
  const major = (version: string) => version.split('.')[0];
  return engineVersion === undefined || major(engineVersion) === major(local)
    ? undefined
    : `The deployed database is PostgreSQL ${engineVersion}, and this one ${local}: statements can behave otherwise.`;
}
