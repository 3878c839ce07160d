/** Lists what each folder can import, and which files can read the process environment: docs/architecture.md as data. */
import { readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';
import { filesBelow } from './files-below.js';

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  path: string;
  text: string;
}

interface ImportRule {
  files: RegExp;
  /** What these files can import: a path of the repository, or a package or Node module by name. Nothing else. */
  mayImport: readonly RegExp[];
}

const NODE = /^node:/;
const CDK = /^(aws-cdk-lib|constructs)(\/|$)/;
/** A package of the registry. */
const REGISTRY = /^(?!packages\/|amplify\/|src\/|aws-cdk-lib|constructs|@aws-amplify\/backend$)/;

/** The first rule that fits a file holds. A file can always import its own folder's files. */
const IMPORT_RULES: readonly ImportRule[] = [
  {
    files: /^amplify\/backend\.ts$/,
    mayImport: [/^amplify\//, /^@vpc-postgres\/backend$/, NODE, CDK, /^@aws-amplify\/backend$/],
  },
  { files: /^amplify\/environments\.ts$/, mayImport: [/^packages\/backend\/src\/configuration\//] },
  { files: /^amplify\/data\/schema\.ts$/, mayImport: [/^@aws-amplify\/data-schema$/, /^src\/[^/]+\/schema\.ts$/] },
  {
    files: /^amplify\/(auth|data)\//,
    mayImport: [
      /^amplify\/(auth|data|functions)\//,
      /^@vpc-postgres\/backend$/,
      NODE,
      CDK,
      /^@aws-amplify\/(backend|data-schema(\/internals)?|plugin-types)$/,
    ],
  },
  { files: /^packages\/backend\/src\/index\.ts$/, mayImport: [/^packages\/backend\/src\//] },
  {
    files: /^packages\/backend\/src\/(auth|data)\//,
    mayImport: [
      /^packages\/backend\/src\/(functions\/|configuration\/configuration-error\.ts$)/,
      /^packages\/lambda\/src\/graphql\/envelope\.ts$/,
      NODE,
      CDK,
      /^@aws-amplify\/(backend|plugin-types)$/,
    ],
  },
  {
    files: /^packages\/backend\/src\/functions\//,
    mayImport: [/^packages\/backend\/src\/configuration\//, NODE, CDK, /^esbuild$/, /^@aws-amplify\/backend$/],
  },
  {
    files: /^amplify\/functions\/functions\.ts$/,
    mayImport: [/^amplify\/functions\//, /^@vpc-postgres\/backend$/],
  },
  { files: /^amplify\/functions\/[^/]+\/resource\.ts$/, mayImport: [/^@aws-amplify\/backend$/] },
  {
    files: /^amplify\/functions\/[^/]+\/handler\.ts$/,
    mayImport: [/^src\//, /^amplify\/data\/schema\.ts$/, /^packages\/lambda\/src\/(database|graphql)\//],
  },
  {
    files: /^packages\/backend\/src\/database\/(migrations\/function|bootstrap\/functions\/prepare)\/handler\.ts$/,
    mayImport: [/^packages\/lambda\/src\/(database|graphql)\//],
  },
  {
    files: /^packages\/backend\/src\/database\/bootstrap\/functions\/read-secrets\/handler\.ts$/,
    mayImport: [NODE, /^@aws-sdk\//, /^packages\/lambda\/src\/database\/bootstrap\/(limits|request)\.ts$/],
  },
  {
    files: /^packages\/backend\/src\/configuration\//,
    mayImport: [
      NODE,
      /^zod(\/|$)/,
      /^packages\/lambda\/src\/database\/bootstrap\/request\.ts$/,
      /^packages\/backend\/src\/cost\/sandbox-price\.ts$/,
    ],
  },
  {
    files: /^packages\/backend\/src\/database\/(migrations\/bundle|bootstrap\/bundle|deployment-bundle)\.ts$/,
    mayImport: [NODE, /^esbuild$/, /^packages\/lambda\/src\/database\/(migrate\/migration|sql-files)\.ts$/],
  },
  {
    files: /^packages\/backend\/src\/(network|database|monitoring|guardrails)\//,
    mayImport: [
      /^packages\/backend\/src\/(configuration|functions|network|database|monitoring|guardrails)\//,
      NODE,
      CDK,
      /^@aws-amplify\/(backend|plugin-types)$/,
      /^packages\/lambda\/src\/database\/(environment-names|pool-limits)\.ts$/,
      // The files are read and checked at synthesis, and bundled by the same code in tests.
      /^packages\/lambda\/src\/database\/migrate\/(limits|migration|read-folder)\.ts$/,
      /^packages\/lambda\/src\/database\/bootstrap\/(limits|request)\.ts$/,
    ],
  },
  { files: /^packages\/lambda\/src\/sql\//, mayImport: [] },
  { files: /^packages\/lambda\/src\/database\//, mayImport: [/^packages\/lambda\/src\/sql\//, NODE, /^pg$/] },
  { files: /^packages\/lambda\/src\/graphql\//, mayImport: [/^packages\/lambda\/src\/database\//, NODE] },
  // Not part of what runs in Lambda: how it is bundled for it.
  { files: /^packages\/lambda\/src\/bundle\//, mayImport: [NODE, /^esbuild$/] },
  {
    files: /^packages\/backend\/src\/synth\//,
    mayImport: [
      /^packages\/backend\/src\/(configuration\/|cost\/|network\/network-report\.ts$|testing\/templates\.ts$)/,
      REGISTRY,
    ],
  },
  {
    files: /^packages\/backend\/src\/cost\//,
    mayImport: [/^packages\/backend\/src\/(configuration\/|testing\/templates\.ts$)/],
  },
  // For tests: of an app by testing.ts, and of this package.
  {
    files: /^packages\/backend\/src\/testing(\/|\.ts$)/,
    mayImport: [
      /^packages\/backend\/src\/(configuration\/|synth\/synthesize-app\.ts$|testing\/|network\/cached-context\.ts$)/,
      NODE,
    ],
  },
  {
    files: /^packages\/operator\/src\//,
    mayImport: [
      /^packages\/operator\/src\//,
      /^packages\/backend\/src\/(configuration\/|synth\/load-environments\.ts$|database\/(migrations|bootstrap)\/bundle\.ts$)/,
      /^packages\/lambda\/src\/(database\/(look|migrate)|bundle|sql)\//,
      /^packages\/backend\/src\/(cost\/|synth\/(synth-report|synthesize-app)\.ts$|testing\/templates\.ts$)/,
      /^packages\/lambda\/src\/database\/(batch|environment-names|errors|pool-limits)\.ts$/,
      REGISTRY,
    ],
  },
  {
    files: /^packages\/local-stack\/src\//,
    mayImport: [
      /^packages\/local-stack\/src\//,
      /^packages\/lambda\/src\/(database\/|bundle\/function-bundle\.ts$|graphql\/envelope\.ts$)/,
      REGISTRY,
    ],
  },
  { files: /^src\/[^/]+\/schema\.ts$/, mayImport: [/^@aws-amplify\/data-schema$/] },
  { files: /^src\/[^/]+\/samples\.ts$/, mayImport: [/^packages\/local-stack\/src\/local-app\.ts$/] },
  // Everything else in src/ is a domain.
  { files: /^src\/[^/]+\//, mayImport: [/^packages\/lambda\/src\/(database|graphql)\//, NODE] },
];

/** Command lines, composition roots, handlers and the text of new ones. Everywhere else configuration is a parameter. */
const MAY_READ_ENVIRONMENT =
  /^(amplify\/backend\.ts|amplify\/functions\/[^/]+\/handler\.ts|packages\/backend\/src\/database\/(migrations\/function|bootstrap\/functions\/[a-z-]+)\/handler\.ts|packages\/(operator\/src(\/[a-z-]+(?=\/command\.))?|backend\/src\/synth)\/[a-z-]+\.ts|packages\/local-stack\/src\/(start|forget-postgres-variables)\.ts|packages\/local-stack\/src\/cognito\/user-token\.ts|packages\/local-stack\/src\/lambda\/bootstrap\.ts|packages\/operator\/src\/(generate\/function-files|adopt\/step-text)\.ts)$/;

/** Every TypeScript file under the given folders of the repository. */
export function readSources(repository: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    filesBelow(join(repository, folder))
      .filter((name) => /\.m?ts$/.test(name))
      .map((name) => {
        const path = posix.join(folder, name.split(sep).join('/'));
        return { path, text: readFileSync(join(repository, path), 'utf8') };
      }),
  );
}

/** One sentence for each import or read that breaks a rule. */
export function importProblems(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) => [...forbiddenImports(source), ...forbiddenEnvironmentReads(source)]);
}

function forbiddenImports({ path, text }: SourceFile): string[] {
  const rule = IMPORT_RULES.find(({ files }) => files.test(path));
  if (rule === undefined)
    return [`${path} has no import rule: add its folder to packages/testing/support/import-rules.ts.`];
  const ownFolder = /^(src|amplify|packages\/[^/]+\/src)\/[^/]+\//.exec(path)?.[0];
  return importsOf({ path, text })
    .filter((imported) => {
      if (imported === 'amplify/backend.ts') return true;
      const own = ownFolder !== undefined && ownFolder !== 'amplify/functions/' && imported.startsWith(ownFolder);
      return !own && !rule.mayImport.some((allowed) => allowed.test(imported));
    })
    .map((imported) => `${path} must not import ${imported}.`);
}

/** What a file imports: paths of the repository, and packages by name. */
export function importsOf({ path, text }: SourceFile): string[] {
  return importedNames(text).map((name) =>
    name.startsWith('.')
      ? posix.join(posix.dirname(path), name).replace(/\.(m?)js$/, '.$1ts')
      : name
          .replace(/^@vpc-postgres\/testing\/(.*)\.js$/, 'packages/testing/$1.ts')
          .replace(/^@vpc-postgres\/([^/]+)\/(.*)\.js$/, 'packages/$1/src/$2.ts'),
  );
}

/** What a file imports, as it is written there. */
export function importedNames(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function forbiddenEnvironmentReads({ path, text }: SourceFile): string[] {
  if (MAY_READ_ENVIRONMENT.test(path)) return [];
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
  return /\bprocess\s*\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(withoutComments)
    ? [`${path} must not read process.env: take the value as a parameter.`]
    : [];
}
