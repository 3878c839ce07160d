/** Plans the removal of the example domain, checks that nothing needs it, and does it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { nextFileName } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { CommandError } from '../command-error.js';
import { assertApp } from '../generate/app.js';
import { MIGRATIONS, unlistDomain, unlistFunction } from '../generate/app-files.js';
import { Changes } from '../generate/changes.js';
import { formatNewFiles } from '../generate/format.js';
import { planDomain } from '../new-domain.js';
import { planFunction } from '../new-function.js';
import { dropMigration, EXAMPLE, HOME, MINIMAL_HOME, withoutExample } from './example.js';
import { findReferences, findTableReferences } from './find-references.js';

export interface ExampleRemoveOptions {
  /** Leave no domain. */
  readonly bare: boolean;
  /** Keep the migrations, and add one that drops the tables. */
  readonly keepMigrations: boolean;
  readonly dryRun: boolean;
  /** Also with changes that are not committed. */
  readonly force: boolean;
}

export interface RemovedExample {
  /** What needs the example. Nothing was changed, unless there is none. */
  readonly problems: readonly string[];
  /** To print. */
  readonly report: string;
}

const LOCAL_DATA = '.local/data';

/**
 * @param project folder with amplify/
 * @throws CommandError, MigrationError
 */
export async function removeExample(project: string, options: ExampleRemoveOptions): Promise<RemovedExample> {
  assertApp(project);
  if (!existsSync(join(project, EXAMPLE.paths[0]))) {
    throw new CommandError(`The example is not here: there is no ${EXAMPLE.paths[0]}. Nothing was changed.`);
  }
  if (!options.force && !options.dryRun) assertCommitted(project);
  if (!options.keepMigrations && !options.dryRun) assertStopped(project);

  const changes = new Changes(project);
  for (const path of EXAMPLE.paths) changes.remove(path);
  unlistFunction(changes, EXAMPLE.api);
  unlistDomain(changes, EXAMPLE.domain);
  if (changes.read(HOME) !== undefined) changes.write(HOME, MINIMAL_HOME);
  removeScript(changes);
  cleanDocuments(changes);
  const { names, problems: ofMigrations } = planMigrations(changes, options);
  const problems = [...ofMigrations, ...findReferences(changes)];
  if (problems.length > 0) return { problems, report: describeProblems(problems) };

  const instructions = await planStart(changes, options, names);
  if (!options.dryRun) {
    changes.apply();
    formatNewFiles(changes);
  }
  return { problems, report: describe(changes, options, instructions) };
}

/** @returns the names of all files as they will be */
function planMigrations(
  changes: Changes,
  { keepMigrations }: ExampleRemoveOptions,
): { names: readonly string[]; problems: readonly string[] } {
  const migrations = readMigrations(join(changes.project, MIGRATIONS));
  const own = migrations.filter((migration) => !isOfExample(migration));
  if (keepMigrations) {
    const names = migrations.map(({ name }) => name);
    const drop = nextFileName(names, 'drop-the-example');
    changes.write(`${MIGRATIONS}/${drop}`, dropMigration());
    // A file before the last one of the example cannot refer to it.
    return { names: [...names, drop], problems: findTableReferences(own) };
  }
  for (const { name } of migrations.filter(isOfExample)) changes.remove(`${MIGRATIONS}/${name}`);
  changes.remove(LOCAL_DATA);
  const first = Number.parseInt(migrations[0]?.name ?? '0', 10);
  const names = own.map(({ name }, index) => `${String(first + index).padStart(4, '0')}${name.slice(4)}`);
  for (const [index, { name }] of own.entries()) {
    changes.rename(`${MIGRATIONS}/${name}`, `${MIGRATIONS}/${names[index]}`);
  }
  return { names, problems: findTableReferences(own) };
}

const isOfExample = ({ name }: Migration) => EXAMPLE.migrations.some((words) => name.slice(5) === `${words}.sql`);

/** What stays to start from. @returns what is left to the reader */
async function planStart(
  changes: Changes,
  { bare }: ExampleRemoveOptions,
  migrations: readonly string[],
): Promise<readonly string[]> {
  const domains = readdirSync(join(changes.project, 'src')).filter(
    (name) => existsSync(join(changes.project, 'src', name, 'schema.ts')) && !changes.isRemoved(`src/${name}`),
  );
  if (domains.length > 0) return [];
  return bare
    ? planFunction(changes, 'ping', { database: true })
    : planDomain(changes, 'notes', { migrations, isReplacement: true });
}

/** The line of this command: there is nothing left for it to do. */
function removeScript(changes: Changes): void {
  const text = changes.read('package.json') ?? '';
  changes.write('package.json', text.replace(/,\n *"example:remove": "[^"]*"|\n *"example:remove": "[^"]*",/, ''));
}

function cleanDocuments(changes: Changes): void {
  const folder = join(changes.project, 'docs');
  const documents = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
  for (const path of ['README.md', ...documents.map((name) => `docs/${name}`)]) {
    const text = changes.read(path);
    if (text !== undefined) changes.write(path, withoutExample(text));
  }
}

function assertCommitted(project: string): void {
  let status: string;
  try {
    status = execFileSync('git', ['status', '--porcelain', '--', '.'], {
      cwd: project,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (cause) {
    throw new CommandError(
      'git does not know this folder, so nothing could be brought back. Commit it first, or add --force.',
      { cause },
    );
  }
  if (status === '') return;
  throw new CommandError(
    `These changes are not committed:\n${status.trimEnd()}\nCommit or stash them first, so that git can undo this command; or add --force.`,
  );
}

/** Its database is about to be deleted. */
function assertStopped(project: string): void {
  const file = join(project, LOCAL_DATA, 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  if (!isRunning(pid)) return;
  throw new CommandError(`npm start is running, and its database has the example's tables. Stop it first: Ctrl-C.`);
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function describeProblems(problems: readonly string[]): string {
  return [
    'Nothing was changed, because these files need the example:',
    ...problems.map((problem) => `  ${problem}`),
    'Delete what belongs to the example, change what is yours, and run the command again. Where a migration is deleted, the\n' +
      'later ones take the next numbers: the runner accepts no gap.',
  ].join('\n');
}

function describe(changes: Changes, options: ExampleRemoveOptions, instructions: readonly string[]): string {
  const { dryRun, keepMigrations } = options;
  const applied = keepMigrations
    ? 'The next deployment drops the tables of the example with their rows, seconds before the new code runs.'
    : `If a deployed database has applied the example's migrations, its next deployment is refused. Then ${dryRun ? '' : 'undo this and '}use --keep-migrations.`;
  return [
    dryRun ? 'Would be done:' : 'Done:',
    ...changes.describe(),
    ...instructions.map((instruction) => `\n${instruction}`),
    '',
    applied,
    ...(dryRun
      ? ['Nothing was changed. Before it is done: commit your changes, and end npm start.']
      : ['Check it: npm run check && npm test -- --project app']),
    ...(dryRun ? [] : ['Undo it: git restore . && git clean -fd amplify src test site']),
    'Write your own domain: npx vpc-postgres new domain invoices (docs/change.md)',
  ].join('\n');
}
