/** Keeps the local database as the migrations folder says, while a developer writes them. */
import { type FSWatcher, watch } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import {
  findBegunMigration,
  readMigrations,
  unreadableFolder,
} from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { describeWait, type WaitObserver } from '@vpc-postgres/lambda/database/migrate/report-waits.js';
import type { RowFinding } from '@vpc-postgres/lambda/database/migrate/row-guard.js';
import { migrateDatabase } from './database.js';

/** What became of the folder as it is now. */
export type MigrationsReport =
  | {
      readonly applied: readonly string[];
      /** Of the guard on rows. Left out where there is none. */
      readonly warnings?: readonly RowFinding[];
    }
  /** Nothing of the file that fails is in the database. */
  | { readonly problem: string }
  /** A statement waits for other sessions, which are named, or the newest file for its first statement. Another report follows. */
  | { readonly waiting: string };

export interface LocalMigrations {
  /** Ends the watching, when a run that is going on is over. */
  stop(): Promise<void>;
}

export interface LocalMigrationsOptions {
  readonly folder: string;
  readonly socketDirectory: string;
  /** Called when something was applied, when something is wrong or warned of, and when that has been fixed. */
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
  let last: MigrationsReport = { applied: [] };
  let begun: string | undefined;
  const run = async () => {
    const report = await migrateFolder(folder, socketDirectory, {
      onWaiting: (waiting) => onReport({ waiting }),
      onBegun(name) {
        if (name !== undefined && name !== begun) {
          onReport({ waiting: `${name} has no statement yet. It is applied when you save one.` });
        }
        begun = name;
      },
    });
    const isNews = 'applied' in report && report.applied.length > 0;
    if (isNews || !isDeepStrictEqual(report, last)) onReport(report);
    last = 'applied' in report ? { ...report, applied: [] } : report;
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
  { onWaiting, onBegun }: { onWaiting(text: string): void; onBegun(name: string | undefined): void },
): Promise<Exclude<MigrationsReport, { waiting: string }>> {
  try {
    const onWait: WaitObserver['onWait'] = (...wait) => onWaiting(describeWait(...wait));
    const begun = findBegunMigration(folder);
    onBegun(begun);
    const complete = readMigrations(folder, begun);
    const { applied, warnings } = await migrateDatabase(socketDirectory, complete, undefined, onWait);
    return { applied, ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    if (error instanceof MigrationError) return { problem: error.message };
    // The folder is gone for a moment, or PostgreSQL is restarting.
    return { problem: `The migrations could not be read or applied: ${(error as Error).message}` };
  }
}
