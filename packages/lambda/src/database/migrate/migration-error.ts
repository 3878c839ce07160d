/** Describes why a migration was not applied: file, line, column, the line itself and a caret under the column. */
import type { MigrationFile } from './migration.js';

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const LONGEST_LINE = 160;

export interface SourcePosition {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

/** @param offset an index into the text. */
export function positionOf(text: string, offset: number): SourcePosition {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/**
 * `0002-pot.sql:3:7: type "integr" does not exist`, and below it the line with a caret under the column.
 *
 * @param offset where it went wrong: an index into the file's text.
 */
export function describeProblem({ name, sql }: MigrationFile, offset: number, message: string): string {
  const { line, column } = positionOf(sql, offset);
  const text = (sql.split('\n')[line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
  const margin = `  ${line} | `;
  return [
    `${name}:${line}:${column}: ${message}`,
    '',
    `${margin}${text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text}`,
    ...(column <= LONGEST_LINE ? [`${' '.repeat(margin.length + column - 1)}^`] : []),
  ].join('\n');
}
