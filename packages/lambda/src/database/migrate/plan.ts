/** Compares the files with what has been applied: what is to be done, or why nothing may be. */
import type { AppliedMigration } from './history.js';
import { checksumOf, type Migration } from './migration.js';
import { describeProblem, MigrationError } from './migration-error.js';
import { numberOf } from './prepare-migrations.js';

export interface Plan {
  /** In order. The first may be one that is half done. */
  readonly pending: readonly Migration[];
  /** Applied by a newer version, after everything that this one has. Not empty only when nothing is pending. */
  readonly newer: readonly string[];
}

/**
 * What to make of migrations that the database has and the files do not, all of them numbered after the last file.
 * `refuse`: a file has been lost. `allow`: an older version is deployed, on purpose or because a deployment is rolled back.
 */
export type NewerMigrations = 'refuse' | 'allow';

const NEVER_EDIT = 'An applied migration is never edited: restore the file, and put the change into a new one.';

/** @throws MigrationError with every difference. */
export function planMigrations(
  migrations: readonly Migration[],
  history: readonly AppliedMigration[],
  newerMigrations: NewerMigrations,
): Plan {
  const isKnown = (name: string) => migrations.some((migration) => migration.name === name);
  const finished = history.filter((applied) => applied.finished).map(({ name }) => name);
  const pending = migrations.filter(({ name }) => !finished.includes(name));

  const lastNumber = numberOf(migrations.at(-1)?.name ?? '0');
  const isNewer = ({ name }: AppliedMigration) => !isKnown(name) && numberOf(name) > lastNumber;
  const newer = newerMigrations === 'allow' && pending.length === 0 ? history.filter(isNewer) : [];
  const problems = history
    .filter((applied) => !newer.includes(applied))
    .flatMap((applied) => differences(applied, migrations, isKnown));

  const lastApplied = history.at(-1);
  for (const { name, checksum } of pending) {
    if (lastApplied === undefined || name === lastApplied.name || numberOf(name) > numberOf(lastApplied.name)) continue;
    // Told already, as renamed.
    if (history.some((applied) => applied.checksum === checksum)) continue;
    problems.push(
      `${name} is new, and this database has got as far as ${lastApplied.name}. Give it the number after the last.`,
    );
  }
  if (problems.length > 0) throw new MigrationError(problems.join('\n'));
  return { pending, newer: newer.map(({ name }) => name) };
}

function differences(
  applied: AppliedMigration,
  migrations: readonly Migration[],
  isKnown: (name: string) => boolean,
): string[] {
  const { name, checksum, finished } = applied;
  const migration = migrations.find((candidate) => candidate.name === name);
  if (migration === undefined) {
    const renamed = migrations.find((candidate) => candidate.checksum === checksum);
    return [
      renamed === undefined || !isKnown(renamed.name)
        ? `${name} has been applied to this database, but the file is gone. Restore it; what it did is undone by a new file.`
        : `${name} has been applied to this database under this name, and is ${renamed.name} now. Rename it back.`,
    ];
  }
  if (!finished) return differencesOfUnfinished(applied, migration);
  if (migration.checksum === checksum) return [];
  return [
    `${name} has changed since it was applied to this database. ${NEVER_EDIT} ` +
      `Applied: SHA-256 ${checksum.slice(0, 12)}…, the file now: ${migration.checksum.slice(0, 12)}….`,
  ];
}

/** What is done must stay as it is; what is not may be mended. */
function differencesOfUnfinished({ name, doneStatements }: AppliedMigration, migration: Migration): string[] {
  if (migration.transactional) {
    return [`${name} is half done without a transaction. Keep -- no-transaction as its first line.`];
  }
  return doneStatements.flatMap((done, index) => {
    const statement = migration.statements[index];
    if (statement === undefined) {
      return [`${name} is half done, and statement ${index + 1}, which ran, is gone from the file. Restore it.`];
    }
    if (checksumOf(statement.text) === done) return [];
    return [
      describeProblem(migration, statement.offset, `statement ${index + 1} has changed since it ran. Restore it`),
    ];
  });
}
