/** Defines the types of a migration, and computes the checksum of a file and the fingerprint of all files. */
import { createHash } from 'node:crypto';

/** A file of src/migrations, as it is on disk or in a bundle. */
export interface MigrationFile {
  /** For example 0001-create-orders.sql. */
  readonly name: string;
  readonly sql: string;
}

/** A file that has been read, taken apart and found to keep the rules. */
export interface Migration extends MigrationFile {
  /** Of the text with line ends of Unix, so that a checkout on Windows is no change. SHA-256, in hex. */
  readonly checksum: string;
  /** False for a file whose first line is `-- no-transaction`. */
  readonly transactional: boolean;
  readonly statements: readonly SqlStatement[];
}

export interface SqlStatement {
  /** Without the comments before it and the semicolon behind it. */
  readonly text: string;
  /** Where it starts in the file: an index into `sql`. */
  readonly offset: number;
  /** Its first words and names as they are written, for telling what kind of statement it is. */
  readonly tokens: readonly string[];
}

export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Changes when a file is added, renamed or changed, and never otherwise. SHA-256, in hex. */
export function fingerprintOf(migrations: readonly Migration[]): string {
  return checksumOf(JSON.stringify(migrations.map(({ name, checksum }) => [name, checksum])));
}
