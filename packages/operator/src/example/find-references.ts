/** Finds what would be left without its other half: files of the adopter that use the example. */
import { existsSync, readdirSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';
import { findTables } from '../generate/app.js';
import type { Changes } from '../generate/changes.js';
import { EXAMPLE } from './example.js';

const FOLDERS = ['amplify', 'src', 'test', 'site/src'];
const FILES = ['local.config.ts', 'vitest.config.ts'];

/** One sentence for each use in TypeScript that stays. */
export function findReferences(changes: Changes): string[] {
  return typeScriptFiles(changes.project).flatMap((path) => {
    const text = changes.read(path);
    return text === undefined ? [] : [...imports(changes, path, text), ...names(path, text)];
  });
}

/** One sentence for each use in a migration. @param files that stay, with their SQL */
export function findTableReferences(files: readonly { readonly name: string; readonly sql: string }[]): string[] {
  const tables = EXAMPLE.relations.map(({ name }) => name);
  return files.flatMap(({ name, sql }) => {
    const found = findTables(sql, tables);
    const lines = [...new Set(found.map(({ line }) => line))].join(', ');
    const used = [...new Set(found.map(({ table }) => table))].join(', ');
    return found.length === 0 ? [] : [`src/migrations/${name}, line ${lines}, refers to ${used}.`];
  });
}

function imports(changes: Changes, path: string, text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .filter(({ fileName }) => changes.isRemoved(posix.join(posix.dirname(path), fileName).replace(/\.js$/, '.ts')))
    .map(({ fileName, pos }) => `${path}:${lineOf(text, pos)} imports ${fileName}.`);
}

/** In code, a function of the example or a type of its schema is named by a text. */
function names(path: string, text: string): string[] {
  const wanted: readonly string[] = [EXAMPLE.api.kebab, ...EXAMPLE.types];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(^|\.)(ref|function)$/.test(node.expression.getText())) {
      for (const one of node.arguments) {
        if (ts.isStringLiteral(one) && wanted.includes(one.text)) {
          found.push(`${path}:${lineOf(text, one.getStart())} names '${one.text}'.`);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

function typeScriptFiles(project: string): string[] {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(project, folder))).flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => posix.join(folder, name.split(sep).join('/'))),
  );
  return [...inFolders, ...FILES];
}
