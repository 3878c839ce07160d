/**
 * Compares the schema with amplify/functions/functions.ts, as a deployment does. The list is run without the packages that
 * it imports: loading @aws-amplify/backend takes seconds.
 */
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { LocalStackError } from './local-stack-error.js';

const LIST = 'amplify/functions/functions.ts';

/** Whatever a package exports: it can be called, constructed and read, and gives itself. */
const PLACEHOLDER = `const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
  construct: () => anything,
});
module.exports = Object.create(anything);`;

const withoutPackages: Plugin = {
  name: 'without-packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('node:') ? undefined : { path, namespace: 'placeholder' },
    );
    onLoad({ filter: /.*/, namespace: 'placeholder' }, () => ({ contents: PLACEHOLDER, loader: 'js' }));
  },
};

/**
 * @param called The functions that the schema names.
 * @throws LocalStackError when one of them is not in the list, or the list cannot be read.
 */
export async function refuseUnlistedFunctions(called: readonly string[], projectDirectory: string): Promise<void> {
  const listed = await listedFunctions(projectDirectory);
  const unlisted = called.filter((name) => !listed.includes(name)).map((name) => `'${name}'`);
  if (unlisted.length === 0) return;
  const names = listed.map((name) => `'${name}'`).join(', ') || 'none';
  throw new LocalStackError(
    `amplify/data/schema.ts names ${unlisted.join(', ')} in a.handler.function, and ${LIST} lists ${names}.`,
    `Add ${unlisted.join(', ')} to ${LIST}, or correct the name in amplify/data/schema.ts.`,
  );
}

async function listedFunctions(projectDirectory: string): Promise<string[]> {
  try {
    const { outputFiles } = await build({
      entryPoints: [join(projectDirectory, LIST)],
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      logLevel: 'silent',
      plugins: [withoutPackages],
    });
    const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64');
    const { functions }: { functions: object } = await import(`data:text/javascript;base64,${code}`);
    return Object.keys(functions);
  } catch (error) {
    throw new LocalStackError(
      `${LIST} cannot be read: ${(error as Error).message}`,
      'It exports `functions`, an object with a line for each function.',
      { cause: error },
    );
  }
}
