/** Who may import whom, and who may read the process environment: the boundaries of docs/architecture.md as data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  path: string;
  text: string;
}

interface ImportRule {
  files: RegExp;
  /** What these files may import: a path of the repository, or a package or Node module by name. Nothing else. */
  mayImport: readonly RegExp[];
}

const NODE = /^node:/;
const CDK = /^(aws-cdk-lib|constructs)(\/|$)/;

/** The first rule that fits a file holds. A file may always import its own folder's files. */
const IMPORT_RULES: readonly ImportRule[] = [
  { files: /^amplify\/backend\.ts$/, mayImport: [/^amplify\//, NODE, CDK, /^@aws-amplify\/backend$/] },
  { files: /^amplify\/environments\.ts$/, mayImport: [/^amplify\/configuration\//] },
  { files: /^amplify\/data\/schema\.ts$/, mayImport: [/^@aws-amplify\/data-schema$/] },
  {
    files: /^amplify\/(auth|data)\//,
    mayImport: [
      /^amplify\/(auth|data|functions)\//,
      NODE,
      CDK,
      /^@aws-amplify\/(backend|data-schema(\/internals)?|plugin-types)$/,
      /^src\/graphql\/envelope\.ts$/,
    ],
  },
  { files: /^amplify\/functions\/[^/]+\/resource\.ts$/, mayImport: [/^@aws-amplify\/backend$/] },
  {
    files: /^amplify\/functions\/[^/]+\/handler\.ts$/,
    mayImport: [/^src\/(?!local\/|operations\/)/],
  },
  { files: /^amplify\/database\/migrations\/function\/handler\.ts$/, mayImport: [/^src\/(database|graphql)\//] },
  { files: /^amplify\/configuration\//, mayImport: [NODE, /^zod(\/|$)/] },
  {
    files: /^amplify\/database\/migrations\/bundle\.ts$/,
    mayImport: [NODE, /^esbuild$/, /^src\/database\/migrate\/migration\.ts$/],
  },
  {
    files: /^amplify\/(network|database|monitoring|guardrails)\//,
    mayImport: [
      /^amplify\/(configuration|network|database|monitoring|guardrails)\//,
      NODE,
      CDK,
      /^@aws-amplify\/(backend|plugin-types)$/,
      /^src\/database\/(environment-names|pool-limits)\.ts$/,
      // The files are read and checked at synthesis, and bundled by the same code in tests.
      /^src\/database\/migrate\/(limits|migration|read-folder)\.ts$/,
    ],
  },
  { files: /^src\/sql\//, mayImport: [] },
  { files: /^src\/database\//, mayImport: [/^src\/sql\//, NODE, /^pg$/] },
  { files: /^src\/graphql\//, mayImport: [/^src\/database\//, NODE] },
  {
    files: /^src\/operations\//,
    mayImport: [
      /^src\/operations\//,
      /^amplify\/(environments\.ts|configuration\/|network\/network-report\.ts$|database\/migrations\/bundle\.ts$)/,
      /^src\/database\/migrate\//,
      /^(?!src\/|amplify\/|aws-cdk-lib)/,
    ],
  },
  {
    files: /^src\/local\//,
    mayImport: [
      /^src\/(local|database)\//,
      // Amplify's way of bundling, which outlives the local stack: the SBOM lists what it makes.
      /^src\/operations\/function-bundle\.ts$/,
      /^src\/graphql\/envelope\.ts$/,
      /^(?!src\/|amplify\/|aws-cdk-lib|constructs|@aws-amplify\/backend)/,
    ],
  },
  // Everything else in src/ is a domain.
  { files: /^src\/[^/]+\//, mayImport: [/^src\/(database|graphql)\//, NODE] },
];

/** Command lines, composition roots and handlers. Everywhere else configuration is a parameter. */
const MAY_READ_ENVIRONMENT =
  /^(amplify\/backend\.ts|amplify\/functions\/[^/]+\/handler\.ts|amplify\/database\/migrations\/function\/handler\.ts|src\/operations\/[a-z-]+\.ts|src\/local\/(start|forget-postgres-variables)\.ts|src\/local\/cognito\/user-token\.ts|src\/local\/lambda\/bootstrap\.ts)$/;

/** Every TypeScript file under the given folders of the repository. */
export function readSources(repository: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?ts$/.test(name) && !name.includes('node_modules'))
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
  if (rule === undefined) return [`${path} has no import rule: add its folder to test/support/import-rules.ts.`];
  const ownFolder = /^(src|amplify)\/[^/]+\//.exec(path)?.[0];
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
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName).replace(/\.(m?)js$/, '.$1ts') : fileName,
    );
}

function forbiddenEnvironmentReads({ path, text }: SourceFile): string[] {
  if (MAY_READ_ENVIRONMENT.test(path)) return [];
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
  return /\bprocess\s*\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(withoutComments)
    ? [`${path} must not read process.env: take the value as a parameter.`]
    : [];
}
