/** A folder with the CDK's output: recognizing, clearing and reading it. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface TemplateFile {
  readonly path: string;
  readonly resourceCount: number;
}

/** Two files that the CDK puts into each of its output folders. A project may have a folder of the first name. */
const MARKERS = ['cdk.out', 'manifest.json'];

/** What the CDK writes. Anything else in the folder is somebody's own. */
const WRITTEN_BY_CDK =
  /^(asset\..+|.+\.(template|assets|metadata)\.json|cdk\.out|manifest\.json|tree\.json|validation-report\.json)$/;

/** The CDK's command line locks the folder while it runs another program. */
const LOCK = /\.lock$/;

/** True when the CDK may write there: the folder is absent or empty, or holds an earlier cloud assembly. */
export function canHoldAssembly(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const names = readdirSync(folder).filter((name) => !LOCK.test(name));
  return (
    names.length === 0 || MARKERS.every((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
  );
}

/** Removes an earlier assembly, so that no template of it is taken for a new one. */
export function clearAssembly(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (WRITTEN_BY_CDK.test(name)) rmSync(join(folder, name), { recursive: true });
  }
}

export function readTemplateFiles(folder: string): TemplateFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.template.json'))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { Resources = {} }: { Resources?: object } = JSON.parse(readFileSync(path, 'utf8'));
      return { path, resourceCount: Object.keys(Resources).length };
    });
}

/** The lookups that were answered with placeholders, because cdk.context.json does not hold them. */
export function readMissingLookups(folder: string): string[] {
  const { missing = [] }: { missing?: { key: string }[] } = JSON.parse(
    readFileSync(join(folder, 'manifest.json'), 'utf8'),
  );
  return missing.map(({ key }) => key);
}
