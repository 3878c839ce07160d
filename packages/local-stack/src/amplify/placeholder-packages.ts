/**
 * An esbuild plugin that loads the files of amplify/ without Amplify and the CDK, which take seconds: they are replaced by
 * placeholders, and what `defineFunction`, `defineAuth` and `secret` are given is kept. Every other package is the real one.
 */
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** Of Amplify's packages only the one that makes schemas is loaded: it takes milliseconds. */
const REPLACED = /^(@aws-amplify\/(?!data-schema)|aws-cdk-lib($|\/)|constructs($|\/)|@vpc-postgres\/backend($|\/))/;

/** Marks a package that has been looked up already. */
const LOOKED_UP = {};

export const placeholderPackages: Plugin = {
  name: 'placeholder-packages',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || path.startsWith('node:') || pluginData === LOOKED_UP) return undefined;
      // A placeholder for each importer: the folder that a function is defined in is part of its definition.
      if (REPLACED.test(path)) return { path: dirname(importer), namespace: 'placeholder' };
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: LOOKED_UP });
      if (found.errors.length > 0 || found.external) return found;
      // TypeScript, of a workspace, is bundled. The rest is imported as it is.
      return /\.[cm]?tsx?$/.test(found.path)
        ? { path: found.path }
        : { path: pathToFileURL(found.path).href, external: true };
    });
    onLoad({ filter: /.*/, namespace: 'placeholder' }, ({ path }) => ({ contents: placeholder(path), loader: 'js' }));
  },
};

/** What `defineFunction` returns here. */
export interface DefinedFunction {
  /** The folder of the file that called it. */
  readonly definedIn: string;
  /** What it was called with: an object, or a callback that creates the function with the CDK. */
  readonly functionProps: unknown;
}

/** What `defineAuth` returns here. */
export interface DefinedAuth {
  readonly authProps: { readonly groups?: readonly string[] };
}

/** Anything else that a replaced package exports can be called, constructed and read, and gives itself. */
const placeholder = (directory: string) => `const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
  construct: () => anything,
});
module.exports = Object.assign(Object.create(anything), {
  defineFunction: (functionProps = {}) => ({ definedIn: ${JSON.stringify(directory)}, functionProps }),
  defineAuth: (authProps) => ({ authProps }),
  referenceAuth: () => ({}),
});`;
