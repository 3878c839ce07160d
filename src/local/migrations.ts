/** Keeps the local database as the migrations folder says, while a developer writes them. */
import { type FSWatcher, watch } from 'node:fs';
import { MigrationError } from '../database/migrate/migration-error.js';
import { readMigrations, unreadableFolder } from '../database/migrate/read-folder.js';
import { describeWait, type WaitObserver } from '../database/migrate/report-waits.js';
import { migrateDatabase } from './database.js';

/** What became of the folder as it is now. */
export type MigrationsReport =
  | { readonly applied: readonly string[] }
  /** Nothing of the file that fails is in the database. */
  | { readonly problem: string }
  /** A statement waits for other sessions, which are named. Another report follows when it is done. */
  | { readonly waiting: string };

export interface LocalMigrations {
  /** Ends the watching, when a run that is going on is over. */
  stop(): Promise<void>;
}

export interface LocalMigrationsOptions {
  readonly folder: string;
  readonly socketDirectory: string;
  /** Told when something was applied, when something is wrong, and when what was wrong has been mended. */
  readonly onReport: (report: MigrationsReport) => void;
}

/** Editors write a file in several steps. */
const SETTLE_MILLIS = 150;

/**
 * Applies what is new, now and at each change of the folder. A file that is broken waits until it is mended.
 *
 * @throws MigrationError when there is no folder to watch.
 */
export async function watchMigrations(options: LocalMigrationsOptions): Promise<LocalMigrations> {
  const { folder, socketDirectory, onReport } = options;
  let problem: string | undefined;
  const run = async () => {
    const report = await migrateFolder(folder, socketDirectory, (waiting) => onReport({ waiting }));
    const isNews =
      'problem' in report ? report.problem !== problem : report.applied.length > 0 || problem !== undefined;
    problem = 'problem' in report ? report.problem : undefined;
    if (isNews) onReport(report);
  };

  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchFolder(folder, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(run);
    }, SETTLE_MILLIS);
  });
  running = run();
  await running;
  return {
    async stop() {
      watcher.close();
      clearTimeout(timer);
      await running;
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher {
  try {
    return watch(folder, onChange);
  } catch (cause) {
    throw unreadableFolder(folder, cause);
  }
}

async function migrateFolder(
  folder: string,
  socketDirectory: string,
  onWaiting: (text: string) => void,
): Promise<Exclude<MigrationsReport, { waiting: string }>> {
  try {
    const onWait: WaitObserver['onWait'] = (...wait) => onWaiting(describeWait(...wait));
    const { applied } = await migrateDatabase(socketDirectory, readMigrations(folder), undefined, onWait);
    return { applied };
  } catch (error) {
    if (error instanceof MigrationError) return { problem: error.message };
    // The folder is gone for a moment, or PostgreSQL is restarting.
    return { problem: `The migrations could not be read or applied: ${(error as Error).message}` };
  }
}
