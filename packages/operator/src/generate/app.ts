/** Reads what a new function or domain must fit: the schema, the folders and the migrations of an app. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tokenize } from '@vpc-postgres/lambda/sql/tokens.js';
import { CommandError } from '../command-error.js';
import { FUNCTIONS, SCHEMA } from './app-files.js';

/** @throws CommandError outside of an app */
export function assertApp(project: string): void {
  const missing = [FUNCTIONS, SCHEMA].filter((path) => !existsSync(join(project, path)));
  if (missing.length === 0) return;
  throw new CommandError(
    `${project} has no ${missing.join(' and no ')}. Run this command in the folder that holds amplify/.`,
  );
}

/** @throws CommandError when one of the paths is there already */
export function assertNew(project: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(join(project, path)));
  if (existing.length > 0) throw new CommandError(`${existing.join(' and ')} exists already. Choose another name.`);
}

/**
 * @param names of types, and of queries and mutations
 * @throws CommandError when the schema has one of them already, or does not load
 */
export async function assertNotInSchema(project: string, names: readonly string[]): Promise<void> {
  const sdl = await readSdl(project);
  const taken = names.filter((name) => new RegExp(`^\\s*((type|enum|input) )?${name}\\b`, 'm').test(sdl));
  if (taken.length > 0) {
    throw new CommandError(`The schema has ${taken.join(' and ')} already (${SCHEMA}). Choose another name.`);
  }
}

async function readSdl(project: string): Promise<string> {
  try {
    const { schema } = await import(pathToFileURL(join(project, SCHEMA)).href);
    return schema.transform().schema;
  } catch (cause) {
    throw new CommandError(`${SCHEMA} does not load: ${(cause as Error).message}. Fix it first.`, { cause });
  }
}

/** Where a migration speaks of one of these tables or views: in a statement, or in the body of a function. Not in comments. */
export function findTables(sql: string, tables: readonly string[]): { table: string; line: number }[] {
  return [...tokenize(sql)].flatMap(({ text, offset }) => {
    const name = text.startsWith('"') ? text.slice(1, -1) : text.toLowerCase();
    const isIn = (table: string) =>
      text.startsWith('$') ? new RegExp(`\\b${table}\\b`, 'i').test(text) : name === table;
    return tables.filter(isIn).map((table) => ({ table, line: sql.slice(0, offset).split('\n').length }));
  });
}
