/** Finds the npm scripts that shell commands of other files run, so that renaming a script does not break them unnoticed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '../../package.json');

/** The scripts that the commands run and package.json does not have. */
export function missingScripts(commands: readonly string[]): string[] {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return scriptsRunBy(commands).filter((name) => !Object.hasOwn(scripts, name));
}

export function scriptsRunBy(commands: readonly string[]): string[] {
  return commands.flatMap((command) =>
    [...command.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test|start)\b)/g)].map((match) => match[1] ?? match[2] ?? ''),
  );
}
