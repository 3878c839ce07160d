/**
 * Finds the npm scripts that shell commands of other files run, so that renaming a script does not break them unnoticed. The
 * tests of this folder are about this repository as a whole: they alone read the root's documents, workflows and app.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../../../..');

/** The scripts that the commands run and the package.json does not have: the root's, or with -w that of a package. */
export function missingScripts(commands: readonly string[]): string[] {
  return commands.flatMap((command) => {
    const [, scope, folder = '.'] = /-w (@vpc-postgres\/)?([\w-]+)/.exec(command) ?? [];
    const manifest = join(REPOSITORY, scope === undefined ? folder : `packages/${folder}`, 'package.json');
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(manifest, 'utf8'));
    return scriptsRunBy([command]).filter((name) => !Object.hasOwn(scripts, name));
  });
}

export function scriptsRunBy(commands: readonly string[]): string[] {
  return commands.flatMap((command) =>
    [...command.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test|start)\b)/g)].map((match) => match[1] ?? match[2] ?? ''),
  );
}
