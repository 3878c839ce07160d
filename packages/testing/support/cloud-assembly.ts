/** Reads the templates of a cloud assembly and follows the nested ones to their files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readValidationFindings, type ValidationFinding } from '@vpc-postgres/backend/synth/validation-report.js';
import { Template } from 'aws-cdk-lib/assertions';

export interface Synthesis {
  readonly root: Template;
  /** The stack that lookups are made from; absent when nothing is looked up. */
  readonly lookup: Template | undefined;
  /** A stack inside the root's, by its name: `auth`, `data`, `function`, `networkAndDatabase`. */
  nested(name: string): Template;
  /** Every template by file name, as text. */
  readonly files: ReadonlyMap<string, string>;
  /** The code of every function that is ours, bundled. */
  readonly functionBundles: readonly string[];
  /** The lookups that were answered with placeholders. */
  readonly missingLookups: readonly MissingLookup[];
  /** What the validations found, acknowledged or not. */
  readonly findings: readonly ValidationFinding[];
}

export interface MissingLookup {
  readonly key: string;
  readonly provider: string;
  readonly props: Readonly<Record<string, unknown>>;
}

interface Manifest {
  readonly missing?: readonly MissingLookup[];
}

const LOOKUP_STACK = 'Lookup.template.json';

export function readAssembly(folder: string): Synthesis {
  const files = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const only = (pattern: RegExp) => {
    const matching = [...files].filter(([name]) => pattern.test(name));
    const [first] = matching;
    if (first === undefined || matching.length > 1) throw new Error(`${matching.length} templates match ${pattern}`);
    return Template.fromJSON(JSON.parse(first[1]));
  };
  return {
    files,
    functionBundles: readdirSync(folder)
      .map((name) => join(folder, name, 'index.mjs'))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8')),
    missingLookups: manifest.missing ?? [],
    findings: readValidationFindings(folder),
    root: only(/^amplify-.*(?<!nested)\.template\.json$/),
    lookup: files.has(LOOKUP_STACK) ? only(new RegExp(`^${LOOKUP_STACK}$`)) : undefined,
    // The name of a nested stack's file: the root's name, the stack's name, eight digits of a hash.
    nested: (name) => only(new RegExp(`^amplify.*[0-9a-f]{10}${name}[0-9A-F]{8}\\.nested\\.template\\.json$`)),
  };
}
