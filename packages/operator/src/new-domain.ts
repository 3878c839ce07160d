/** `vpc-postgres new domain`: writes a table with row-level security, the function that serves it, its samples and its test. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nextFileName } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { listMigrations, readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { CommandError } from './command-error.js';
import { assertApp, assertNew, assertNotInSchema, findTables } from './generate/app.js';
import { leaveOutOfFrontend, listDomain, listFunction, MIGRATIONS } from './generate/app-files.js';
import { Changes } from './generate/changes.js';
import { domainFiles } from './generate/domain-files.js';
import { formatNewFiles } from './generate/format.js';
import { assertTableName, readName, singularOf } from './generate/names.js';

export interface NewDomainOptions {
  /** What one row is called. @default - the name without its s */
  readonly item?: string;
}

/**
 * @param project folder with amplify/
 * @returns what was done, to print
 * @throws CommandError for a name that cannot be used
 */
export async function createDomain(project: string, name: string, options: NewDomainOptions): Promise<string> {
  const changes = new Changes(project);
  const folder = join(project, MIGRATIONS);
  const migrations = existsSync(folder) ? listMigrations(folder) : [];
  const instructions = await planDomain(changes, name, { ...options, migrations });
  changes.apply();
  formatNewFiles(changes);
  return [
    'Written:',
    ...changes.describe(),
    ...instructions.map((instruction) => `\n${instruction}`),
    '',
    `Change the table before its migration is applied anywhere; npm start applies it to .local at once. Then src/${name}/.`,
    'Check it: npm run check && npm run migrate:check && npm test -- --project app',
  ].join('\n');
}

interface Plan extends NewDomainOptions {
  /** Names of the files that the new migration follows. */
  readonly migrations: readonly string[];
  /** Names of the schema that are about to go. @default - none */
  readonly isReplacement?: boolean;
}

/** Adds it to the changes. @returns what is left to the reader */
export async function planDomain(
  changes: Changes,
  name: string,
  { item, migrations, isReplacement = false }: Plan,
): Promise<readonly string[]> {
  const { project } = changes;
  const table = readName(name, 'a domain');
  assertTableName(table);
  const one = readName(item ?? singularOf(table.kebab), 'a row of a domain');
  const api = readName(`${table.kebab}-api`, "a domain's function");
  if (one.pascal === table.pascal) {
    throw new CommandError(`A row and the domain are both "${name}". Name the row in the singular: --item NAME`);
  }
  assertApp(project);
  assertNew(project, [`src/${table.kebab}`, `amplify/functions/${api.kebab}`, `test/${table.kebab}`]);
  if (!isReplacement) {
    await assertNotInSchema(project, [one.pascal, `create${one.pascal}`, `list${table.pascal}`]);
    assertNoTable(project, table.snake);
  }
  const domain = { table, item: one, api, migration: nextFileName(migrations, `create-${table.kebab}`) };
  for (const [path, text] of Object.entries(domainFiles(domain))) changes.write(path, text);
  leaveOutOfFrontend(changes, table);
  return [...listFunction(changes, api, true), ...listDomain(changes, table)];
}

function assertNoTable(project: string, table: string): void {
  const folder = join(project, MIGRATIONS);
  if (!existsSync(folder)) return;
  const file = readMigrations(folder).find(({ sql }) => findTables(sql, [table]).length > 0);
  if (file !== undefined) {
    throw new CommandError(`${MIGRATIONS}/${file.name} speaks of ${table} already. Choose another name.`);
  }
}
