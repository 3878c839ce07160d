/** Loads the environments of the project that a command runs in, by path: a package imports no app. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { Environments } from '../configuration/environment.js';

const FILE = 'amplify/environments.ts';

/** @throws ConfigurationError when the working directory is no project */
export async function loadEnvironments(): Promise<Environments> {
  const path = resolve(FILE);
  if (!existsSync(path))
    throw new ConfigurationError(`There is no ${path}. Run this command in the folder that holds amplify/.`, []);
  const { environments }: { environments: Environments } = await import(pathToFileURL(path).href);
  return environments;
}
