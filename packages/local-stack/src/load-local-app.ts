/** Loads the app that the local stack serves, by path: a package imports no app. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LocalApp } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';

const FILE = 'local.config.ts';

/** @throws LocalStackError when the working directory holds no local.config.ts */
export async function loadLocalApp(): Promise<LocalApp> {
  const path = resolve(FILE);
  if (!existsSync(path)) {
    throw new LocalStackError(`There is no ${path}.`, 'Run this command in the folder that holds local.config.ts.');
  }
  const { localApp }: { localApp: LocalApp } = await import(pathToFileURL(path).href);
  return localApp;
}
