/** Lints migrations with squawk, for what locks or rewrites a table that is in use. The rules are in .squawk.toml. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { describeProblem } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { LocalStackError } from './local-stack-error.js';

/** Where .squawk.toml is, and what its paths begin at. */
const PROJECT = process.cwd();

const { getBinaryPath } = createRequire(import.meta.url)('squawk-cli/js/index.js') as {
  /** @throws Error when there is none for this platform, or none was installed */
  getBinaryPath(): string;
};

export interface LintResult {
  /** With file, line and caret, and how to acknowledge each. */
  readonly findings: readonly string[];
  /** What was not linted, and why. */
  readonly warnings: readonly string[];
}

/** Of squawk's JSON. Lines from 0, columns in bytes from 0. */
interface Violation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: 'Warning' | 'Error';
  readonly message: string;
  readonly help: string | null;
  readonly rule_name: string;
}

/**
 * @param migrations of the folder, applied before: PostgreSQL has the last word on syntax.
 * @throws LocalStackError when squawk fails for another reason than a finding
 */
export function lintMigrations(folder: string, migrations: readonly Migration[]): LintResult {
  let binary: string;
  try {
    binary = getBinaryPath();
  } catch (error) {
    return { findings: [], warnings: [`Locks and rewrites were not checked. ${(error as Error).message}`] };
  }
  const pathOf = ({ name }: Migration) => relative(PROJECT, join(folder, name));
  const violations = [true, false].flatMap((transactional) => {
    const paths = migrations.filter((migration) => migration.transactional === transactional).map(pathOf);
    return runSquawk(binary, [transactional ? '--assume-in-transaction' : '--no-assume-in-transaction'], paths);
  });
  const findings: string[] = [];
  const warnings: string[] = [];
  for (const violation of violations) {
    const { file, level, message, help, rule_name } = violation;
    const migration = migrations.find((candidate) => pathOf(candidate) === file);
    if (migration === undefined) continue;
    const describe = (text: string) => describeProblem(migration, offsetOf(migration.sql, violation), text);
    if (level === 'Error') {
      // It checks nothing of such a file, and the rest of what it says follows from the first.
      if (violations.find((other) => other.file === file && other.level === level) !== violation) continue;
      warnings.push(describe('squawk does not understand this, and has checked nothing of the file'));
    } else {
      const acknowledge = `If it does no harm here, say why above the statement, and: -- squawk-ignore ${rule_name}`;
      findings.push(`${describe([message, help].filter(Boolean).join(' '))}\n\n  ${acknowledge}`);
    }
  }
  return { findings, warnings };
}

function runSquawk(binary: string, options: readonly string[], paths: readonly string[]): readonly Violation[] {
  if (paths.length === 0) return [];
  const args = [
    '--config',
    '.squawk.toml',
    '--reporter',
    'json',
    '--no-error-on-unmatched-pattern',
    ...options,
    ...paths,
  ];
  const { stdout, stderr, error } = spawnSync(binary, args, { cwd: PROJECT, encoding: 'utf8', input: '' });
  try {
    return JSON.parse(stdout) as Violation[];
  } catch {
    throw new LocalStackError(`squawk failed: ${error?.message ?? stderr}`, 'Its settings are in .squawk.toml.');
  }
}

function offsetOf(sql: string, { line, column }: Violation): number {
  const lines = sql.split('\n');
  const before = lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0);
  return (
    before +
    Buffer.from(lines[line] ?? '')
      .subarray(0, column)
      .toString().length
  );
}
