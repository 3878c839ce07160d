/** Lets each tsconfig.json check what it can: that of amplify/ the backend, those beside it the frontend. */
import { addJson, appendJson, readJson } from '../generate/edit-json.js';
import { checksFile } from '../generate/tsconfig-globs.js';

/** What create-amplify writes, and what the packages need more. */
export const AMPLIFY_TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "lib": ["es2023", "es2024.string", "dom", "dom.iterable"],
    "module": "es2022",
    "moduleResolution": "bundler",
    "resolveJsonModule": true,
    "esModuleInterop": true,
    "forceConsistentCasingInFileNames": true,
    "strict": true,
    "skipLibCheck": true,
    "paths": {
      "$amplify/*": ["../.amplify/generated/*"]
    }
  },
  "include": [".", "../local.config.ts", "../test/*/api.test.ts"]
}
`;

/** The packages are TypeScript, and use what Node.js 20 has. */
const LIBRARIES = ['es2023', 'es2024.string'];
/** What a target brings by itself, and `lib` takes away. */
const OF_A_TARGET = ['dom', 'dom.iterable'];
const INCLUDED = ['../local.config.ts', '../test/*/api.test.ts'];

/** Of amplify/tsconfig.json. */
export function widenBackend(text: string): string {
  const { compilerOptions = {}, include } = (readJson(text) ?? {}) as {
    compilerOptions?: { lib?: readonly string[]; target?: string };
    include?: readonly string[];
  };
  const { lib, target = '' } = compilerOptions;
  const hasAll = (lib ?? [target]).some((one) => /^es(next|20(2[4-9]|[3-9]\d))$/i.test(one));
  const libraries = hasAll ? [] : lib === undefined ? [...LIBRARIES, ...OF_A_TARGET] : LIBRARIES;
  const withLibraries =
    lib === undefined && libraries.length > 0
      ? addJson(text, ['compilerOptions', 'lib'], libraries)
      : libraries.reduce((result, one) => appendJson(result, ['compilerOptions', 'lib'], one), text);
  if (include === undefined) return addJson(withLibraries, ['include'], ['.', ...INCLUDED]);
  return INCLUDED.reduce((result, one) => appendJson(result, ['include'], one), withLibraries);
}

/** A file of each kind that a frontend's settings do not fit, and the pattern that leaves it out. */
const BACKEND_FILES = [
  ['packages/lambda/src/database/database.ts', 'packages'],
  ['amplify/backend.ts', 'amplify/backend.ts'],
  ['amplify/environments.ts', 'amplify/environments.ts'],
  ['amplify/functions/a/handler.ts', 'amplify/functions/*/handler.ts'],
  ['local.config.ts', 'local.config.ts'],
  ['test/a/api.test.ts', 'test/*/api.test.ts'],
] as const;

/** Of a tsconfig.json of the frontend. Unchanged where it checks nothing of the backend. */
export function leaveOutBackend(text: string): string {
  const left = BACKEND_FILES.filter(([file]) => checksFile(text, file)).map(([, pattern]) => pattern);
  if (checksFile(text, 'src/a/a.ts') && !left.includes('packages')) left.unshift('packages');
  if (left.length === 0) return text;
  // Without a list of its own, a tsconfig.json leaves out node_modules.
  const all = readJson(text)?.exclude === undefined ? ['node_modules', ...left] : left;
  return all.reduce((result, pattern) => appendJson(result, ['exclude'], pattern), text);
}
