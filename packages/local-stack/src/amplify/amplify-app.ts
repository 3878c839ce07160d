/** Reads what the files of amplify/ define, once or again at each change: the schema, the functions, the user pool's groups. */
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { type BuildOptions, build, context, type Message, type OutputFile } from 'esbuild';
import { readUserPoolSettings, type UserPoolSettings } from '../cognito/settings.js';
import { LocalStackError } from '../local-stack-error.js';
import { findUnknownGroups, findUnlistedFunctions } from './check-app.js';
import { type FunctionDefinition, readFunctionDefinition } from './function-definition.js';
import { type DefinedAuth, placeholderPackages } from './placeholder-packages.js';
import { type Problem, refuseProblems } from './problems.js';

export interface AmplifyApp {
  /** `schema.transform().schema` of amplify/data/schema.ts. */
  readonly sdl: string;
  /** Every function of amplify/functions/functions.ts, by the name that the schema uses. */
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  /** Of amplify/auth/resource.ts. Undefined for an existing user pool (`referenceAuth`), whose groups only AWS knows. */
  readonly groups: readonly string[] | undefined;
  /** What the user pool of amplify/auth/resource.ts enforces. */
  readonly userPool: UserPoolSettings;
}

const FILES = {
  schema: { path: 'amplify/data/schema.ts', fix: 'It exports `schema`, what a.schema() returns.' },
  functions: {
    path: 'amplify/functions/functions.ts',
    fix: 'It exports `functions`, an object with a line for each function.',
  },
  auth: { path: 'amplify/auth/resource.ts', fix: 'It exports `auth`, what defineAuth() returns.' },
} as const;
type Part = keyof typeof FILES;

/** @throws LocalStackError with everything that is wrong, when a file cannot be read or they do not fit together. */
export async function readAmplifyApp(projectDirectory: string): Promise<AmplifyApp> {
  const { outputFiles = [] } = await build(buildOptions(projectDirectory)).catch(
    ({ errors }: { errors: Message[] }) => {
      throw buildError(errors);
    },
  );
  return evaluate(outputFiles, projectDirectory);
}

/**
 * The same, and again whenever one of the files changes, or one that they import.
 *
 * @param onChange Called with each later version, or with what is wrong with it; not before the earlier call has ended.
 */
export async function watchAmplifyApp(
  projectDirectory: string,
  onChange: (app: AmplifyApp | LocalStackError) => Promise<void>,
): Promise<{ app: AmplifyApp; stop(): Promise<void> }> {
  let onFirst: ((app: Promise<AmplifyApp>) => void) | undefined;
  const first = new Promise<AmplifyApp>((resolve) => {
    onFirst = resolve;
  });
  let underWay = Promise.resolve();
  const read = async (errors: readonly Message[], outputFiles: readonly OutputFile[]): Promise<AmplifyApp> => {
    if (errors.length > 0) throw buildError(errors);
    return evaluate(outputFiles, projectDirectory);
  };
  const esbuild = await context({
    ...buildOptions(projectDirectory),
    plugins: [
      placeholderPackages,
      {
        name: 'report',
        setup: ({ onEnd }) =>
          onEnd(({ errors, outputFiles = [] }) => {
            const app = read(errors, outputFiles);
            if (onFirst === undefined)
              underWay = underWay.then(async () => onChange(await app.catch(asLocalStackError)));
            else onFirst(app);
            onFirst = undefined;
          }),
      },
    ],
  });
  await esbuild.watch();
  const stop = async () => {
    await esbuild.dispose();
    await underWay;
  };
  try {
    return { app: await first, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function buildOptions(projectDirectory: string) {
  return {
    entryPoints: Object.fromEntries(
      Object.entries(FILES).map(([part, { path }]) => [part, join(projectDirectory, path)]),
    ),
    absWorkingDir: projectDirectory,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Names the outputs. Nothing is written.
    outdir: projectDirectory,
    write: false,
    sourcemap: 'external',
    logLevel: 'silent',
    plugins: [placeholderPackages],
  } satisfies BuildOptions;
}

function buildError(errors: readonly Message[]): LocalStackError {
  const places = errors.map(({ location, text }) =>
    location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`,
  );
  return new LocalStackError(`amplify/ cannot be read:\n  ${places.join('\n  ')}\n`, 'Correct it.');
}

async function evaluate(outputFiles: readonly OutputFile[], projectDirectory: string): Promise<AmplifyApp> {
  const problems: Problem[] = [];
  const read = async <Value>(part: Part, take: (exported: Record<string, unknown>) => Value) => {
    try {
      const exported = await importOutput(part, outputFiles, projectDirectory);
      if (exported[part] !== undefined) return take(exported);
      problems.push({ message: `${FILES[part].path} exports no ${part}.`, fix: FILES[part].fix });
    } catch (error) {
      const reason = (error as Error).message.replace(/\.?$/, '.');
      problems.push({ message: `${FILES[part].path} cannot be read: ${reason}`, fix: `Correct ${FILES[part].path}.` });
    }
    return undefined;
  };
  const sdl = await read('schema', ({ schema }) => (schema as { transform(): { schema: string } }).transform().schema);
  const listed = await read('functions', ({ functions }) => Object.entries(functions as object));
  const auth = await read('auth', ({ auth }) => auth as Partial<DefinedAuth>);

  const functions = (listed ?? []).flatMap(([name, line]) => {
    const definition = readFunctionDefinition(name, line);
    if (!Array.isArray(definition)) return [[name, definition] as const];
    problems.push(...definition);
    return [];
  });
  const groups = auth?.authProps && (auth.authProps.groups ?? []);
  if (sdl !== undefined && listed !== undefined) {
    const names = listed.map(([name]) => name);
    problems.push(...findUnlistedFunctions(sdl, names), ...findUnknownGroups(sdl, groups));
  }
  refuseProblems(problems);
  const userPool = readUserPoolSettings(auth?.authProps);
  return { sdl: sdl ?? '', functions: Object.fromEntries(functions), groups, userPool };
}

/** Runs a bundle. Where it throws is found by its source map: nothing else knows the lines of the files. */
async function importOutput(part: Part, outputFiles: readonly OutputFile[], projectDirectory: string) {
  const textOf = (name: string) => outputFiles.find(({ path }) => path === join(projectDirectory, name))?.text ?? '';
  const url = `data:text/javascript;base64,${Buffer.from(textOf(`${part}.js`)).toString('base64')}`;
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    const [, line, column] = /data:text\/javascript[^:\s]*:(\d+):(\d+)/.exec((error as Error).stack ?? '') ?? [];
    const place = new SourceMap(JSON.parse(textOf(`${part}.js.map`))).findOrigin(Number(line), Number(column));
    if (!('fileName' in place)) throw error;
    const file = relative(projectDirectory, join(projectDirectory, place.fileName));
    throw new Error(`${file}:${place.lineNumber}:${place.columnNumber}: ${(error as Error).message}`, { cause: error });
  }
}

function asLocalStackError(error: unknown): LocalStackError {
  if (error instanceof LocalStackError) return error;
  return new LocalStackError(`amplify/ cannot be read: ${(error as Error).message}`, 'Correct it.', { cause: error });
}
