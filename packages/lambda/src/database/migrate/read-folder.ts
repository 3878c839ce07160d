/** Reads the migrations of a folder. Lambda does not use it: its bundle holds the texts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Migration, MigrationFile } from './migration.js';
import { MigrationError } from './migration-error.js';
import { prepareMigrations, type UnreadFile } from './prepare-migrations.js';
import { splitStatements } from './split-statements.js';

/** Of an editor, a merge or the system: hidden files, backups, and what is being written. */
const IGNORED = /(^|[/\\])[.#]|(~|#|\.(bak|orig|rej|sw[a-z]|tmp)|___jb_(tmp|old)___)$/i;

/** Also a name with an ending too many, another spelling of the ending or none, a folder, and a file in a folder. */
const LIKE_A_MIGRATION = /\.(p|pg)?sql(?![a-z])|^\d+[-_.][^/\\]*$/i;

/**
 * @param omitted A file of the folder that is not read. Default: none.
 * @throws MigrationError with every problem of every file.
 */
export function readMigrations(folder: string, omitted?: string): Migration[] {
  const names = listMigrations(folder).filter((name) => name !== omitted);
  const read = names.map((name) => readMigrationFile(folder, name));
  return prepareMigrations(
    read.filter((file) => 'sql' in file),
    read.filter((file) => 'problem' in file),
  );
}

/** @returns The last file, when it has comments alone, as `migrate:new` makes it: its author has not written it yet. */
export function findBegunMigration(folder: string): string | undefined {
  const name = listMigrations(folder).sort().at(-1);
  const file = name === undefined ? undefined : readMigrationFile(folder, name);
  return file !== undefined && 'sql' in file && !hasStatement(file.sql) ? file.name : undefined;
}

function hasStatement(sql: string): boolean {
  try {
    return splitStatements(sql).next().done !== true;
  } catch {
    // An unterminated comment or literal: readMigrations says where.
    return true;
  }
}

/** What the bundle of the function that migrates holds. @throws MigrationError with every problem of every file. */
export function readMigrationFiles(folder: string): MigrationFile[] {
  return readMigrations(folder).map(({ name, sql }) => ({ name, sql }));
}

/**
 * Everything that is a migration or was meant as one: what is left out here is passed over in silence.
 *
 * @throws MigrationError when the folder is missing or cannot be read.
 */
export function listMigrations(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => LIKE_A_MIGRATION.test(name) && !IGNORED.test(name),
    );
  } catch (cause) {
    throw unreadableFolder(folder, cause);
  }
}

/** @param cause of node:fs. */
export function unreadableFolder(folder: string, cause: unknown): MigrationError {
  const { code } = cause as { code?: string };
  const message =
    code === 'ENOENT'
      ? `There is no folder ${folder}, in which the migrations are. Restore it, or create it: git keeps an empty one with a file .gitkeep in it.`
      : `The migrations cannot be read: ${(cause as Error).message}. Expected a folder that may be read.`;
  return new MigrationError(message);
}

function readMigrationFile(folder: string, name: string): MigrationFile | UnreadFile {
  try {
    const path = join(folder, name);
    if (!statSync(path).isFile()) return { name, problem: `${name} is not a file: only files are applied` };
    return decode(name, readFileSync(path));
  } catch (cause) {
    return { name, problem: `${name} cannot be read: ${(cause as Error).message}` };
  }
}

/** PostgreSQL gets UTF-8: anything else would be stored as something that its author has not written. */
function decode(name: string, bytes: Buffer): MigrationFile | UnreadFile {
  const [offset, what] = undecodable(bytes) ?? [];
  if (offset === undefined) return { name, sql: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  const line = bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
  return { name, problem: `${name}:${line}: byte offset ${offset}: ${what}. Save the file as UTF-8.` };
}

/** Where text in UTF-8 ends, and what the file looks like. */
function undecodable(bytes: Buffer): [offset: number, what: string] | undefined {
  const mark = bytes.toString('hex', 0, 2).toUpperCase();
  if (mark === 'FFFE' || mark === 'FEFF') return [0, `the byte order mark ${mark} of UTF-16`];
  const invalid = invalidOffset(bytes);
  const zero = bytes.indexOf(0);
  if (zero >= 0 && !(invalid < zero)) {
    return [zero, 'a NUL byte, which looks like UTF-16 without a byte order mark, or like no text at all'];
  }
  const hex = bytes[invalid]?.toString(16).toUpperCase();
  return hex === undefined ? undefined : [invalid, `${hex} is not UTF-8, and looks like Latin-1 or Windows-1252`];
}

/** @returns NaN when all of it is UTF-8. What is not is decoded as U+FFFD, which may also be in the file itself. */
function invalidOffset(bytes: Buffer): number {
  let offset = 0;
  for (const valid of bytes.toString().split('\ufffd')) {
    offset += Buffer.byteLength(valid);
    if (offset < bytes.length && bytes.toString('hex', offset, offset + 3) !== 'efbfbd') return offset;
    offset += 3;
  }
  return Number.NaN;
}
