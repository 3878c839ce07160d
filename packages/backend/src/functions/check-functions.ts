/** Checks the list of functions against the schema and the handlers, before anything is defined: all problems at once. */
import { createRequire } from 'node:module';
import { isAbsolute, posix, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { ConfigurationError, type ConfigurationProblem, quote } from '../configuration/configuration-error.js';
import { functionCallsIn, type TransformableSchema } from './function-calls.js';

const LIST = 'amplify/functions/functions.ts';

const require = createRequire(import.meta.url);

type Checked = Readonly<Record<string, { readonly database: boolean; readonly resource?: object }>>;

/**
 * Prints a warning for a function that no field calls.
 * @param folder amplify/functions, with a folder for each function.
 * @throws ConfigurationError when a field calls a function that is not in the list, or `database` is not what the handler needs.
 */
export function checkFunctions(functions: Checked, schema: TransformableSchema, folder: URL): void {
  const called = new Set(functionCallsIn(schema).map(({ name }) => name));
  const problems = [
    ...[...called].filter((name) => !Object.hasOwn(functions, name)).map((name) => unlisted(name, functions)),
    ...Object.entries(functions).flatMap(([name, listed]) => {
      const entry = entryOf(listed.resource);
      const uses = usesDatabase(resolve(fileURLToPath(folder), name, entry));
      return uses === undefined || uses === listed.database ? [] : [misplaced(name, entry, listed.database, uses)];
    }),
  ];
  if (problems.length > 0) throw new ConfigurationError('The functions of the app cannot be deployed.', problems);
  for (const name of Object.keys(functions).filter((listed) => !called.has(listed))) {
    console.warn(
      `warning: ${LIST} lists '${name}', and no field of amplify/data/schema.ts calls it. ` +
        `Add .handler(a.handler.function('${name}')) to a field, or remove it from the list.`,
    );
  }
}

function unlisted(name: string, functions: Checked): ConfigurationProblem {
  const names = Object.keys(functions).map((listed) => `'${listed}'`);
  return {
    path: `amplify/data/schema.ts: a.handler.function('${name}')`,
    got: `'${name}', which ${LIST} does not list`,
    expected: `one of the functions that are listed: ${names.join(', ') || 'there is none'}`,
    fix: `add '${name}' to ${LIST}, or correct the name in amplify/data/schema.ts`,
  };
}

/** Of `defineFunction`: relative to the folder of resource.ts. Amplify keeps what it was given in `props`. */
function entryOf(resource: object | undefined): string {
  const entry: unknown = Reflect.get(Object(Reflect.get(Object(resource), 'props')), 'entry');
  return typeof entry === 'string' && entry !== '' ? entry : 'handler.ts';
}

function misplaced(name: string, entry: string, database: unknown, uses: boolean): ConfigurationProblem {
  const handler = isAbsolute(entry) ? entry : posix.join('amplify/functions', name, entry);
  return {
    path: `${LIST}: '${name}'.database`,
    got: quote(database),
    expected: uses
      ? `true: ${handler} uses the database, which is reached from inside the VPC alone`
      : `false: ${handler} imports neither pg nor createDatabase of @vpc-postgres/lambda, and needs no place in the VPC`,
    fix: `write database: ${uses} in ${LIST}, or change ${handler}`,
  };
}

/** @returns undefined when the handler is missing or does not build: Amplify says so itself, with the line. */
function usesDatabase(handler: string): boolean | undefined {
  const database = require.resolve('@vpc-postgres/lambda/database/database.js');
  try {
    const { metafile } = buildSync({
      entryPoints: [handler],
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
      // Out of a bundle for one function: what is not used of a module that is imported does not count.
      outfile: 'handler.mjs',
    });
    const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    return inputs.some(
      (input) =>
        relative(resolve(process.cwd(), input), database) === '' || /(^|\/)node_modules\/(pg|postgres)\//.test(input),
    );
  } catch {
    return undefined;
  }
}
