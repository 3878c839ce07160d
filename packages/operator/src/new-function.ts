/** `vpc-postgres new function`: writes a Lambda function, its line in the list, and a field that calls it. */

import { assertApp, assertNew, assertNotInSchema } from './generate/app.js';
import { addField, listFunction } from './generate/app-files.js';
import { Changes } from './generate/changes.js';
import { formatNewFiles } from './generate/format.js';
import { functionField, functionHandlerFile, resourceFile } from './generate/function-files.js';
import { readName } from './generate/names.js';

export interface NewFunctionOptions {
  /** False: outside the VPC, a handler as Amplify documents it. */
  readonly database: boolean;
}

/**
 * @param project folder with amplify/
 * @returns what was done, to print
 * @throws CommandError for a name that cannot be used
 */
export async function createFunction(project: string, name: string, options: NewFunctionOptions): Promise<string> {
  const changes = new Changes(project);
  const instructions = await planFunction(changes, name, options);
  changes.apply();
  formatNewFiles(changes);
  return [
    'Written:',
    ...changes.describe(),
    ...instructions.map((instruction) => `\n${instruction}`),
    '',
    'The function answers with an example: change its handler.ts, and arguments and type of its field in amplify/data/schema.ts.',
    'Check it: npm run check && npm test -- --project app',
  ].join('\n');
}

/** Adds it to the changes. @returns what is left to the reader */
export async function planFunction(
  changes: Changes,
  name: string,
  { database }: NewFunctionOptions,
): Promise<readonly string[]> {
  const names = readName(name, 'a function');
  const folder = `amplify/functions/${names.kebab}`;
  assertApp(changes.project);
  assertNew(changes.project, [folder]);
  await assertNotInSchema(changes.project, [names.camel]);
  changes.write(`${folder}/resource.ts`, resourceFile(names, database));
  changes.write(`${folder}/handler.ts`, functionHandlerFile(names, database));
  return [...listFunction(changes, names, database), ...addField(changes, functionField(names, database))];
}
