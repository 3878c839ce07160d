/** Tells which files a tsconfig.json checks, from its `include` and `exclude`, whether or not the files exist yet. */
import { readdirSync } from 'node:fs';
import { readJson } from './edit-json.js';

/** The tsconfig*.json of an app's own folder: those of its frontend. */
export function tsconfigsIn(project: string): string[] {
  return readdirSync(project).filter((name) => /^tsconfig[\w.-]*\.json$/.test(name));
}

/** @param path of a TypeScript file, relative to the tsconfig.json, with forward slashes */
export function checksFile(tsconfig: string, path: string): boolean {
  const { include, exclude, files } = (readJson(tsconfig) ?? {}) as Record<string, readonly string[] | undefined>;
  const included = include ?? (files === undefined ? ['**/*'] : []);
  return included.some((glob) => matches(glob, path)) && !(exclude ?? []).some((glob) => matches(glob, path));
}

/** A glob without a wildcard is a file, or a folder with all that is in it. */
function matches(glob: string, path: string): boolean {
  const pattern = glob
    .replace(/^\.\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map((part) => (part === '**' ? '**' : part.replaceAll(/[.+^$()|[\]{}]/g, '\\$&').replaceAll('*', '[^/]*')))
    .join('/')
    .replaceAll('**/', '(?:.*/)?')
    .replace(/\*\*$/, '.*');
  return pattern === '\\.' || new RegExp(`^${pattern}(?:/.*)?$`).test(path);
}
