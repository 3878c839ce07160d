/** Takes what query builders compile: Kysely's `CompiledQuery`, and what Drizzle's `toSQL()` returns. docs/query-builders.md. */
import type { QueryResultRow } from 'pg';

/** One SQL statement with $1, $2, … and its values. It is checked and sent as a statement that is written by hand. */
export type CompiledStatement =
  /** Kysely's. */
  | { readonly sql: string; readonly parameters: readonly unknown[] }
  /** Drizzle's. */
  | { readonly sql: string; readonly params: readonly unknown[] };

/**
 * Says what type the rows of a compiled query have. Kysely's `CompiledQuery<Row>` has `Row` in its name alone, which only the
 * app, where Kysely is installed, can read. In the file that makes the query builder:
 *
 *     declare module '@vpc-postgres/lambda/database/compiled-statement.js' {
 *       interface RowTypes<Query> {
 *         kysely: Query extends CompiledQuery<infer Row> ? Row : never;
 *       }
 *     }
 */
export interface RowTypes<Query> {
  text: Query extends string ? QueryResultRow : never;
}

/** Any row, where no member of RowTypes knows better. */
export type RowOf<Query> = [RowTypes<Query>[keyof RowTypes<Query>]] extends [never]
  ? QueryResultRow
  : RowTypes<Query>[keyof RowTypes<Query>];

/** A statement as its caller gives it: a text with $1, $2, … for its values, or a compiled query, which brings its own. */
export type Statement = string | CompiledStatement;

/** @param values of a text. Ignored for a compiled query. */
export function textAndValues(statement: Statement, values: readonly unknown[] = []): [string, readonly unknown[]] {
  if (typeof statement === 'string') return [statement, values];
  return [statement.sql, 'params' in statement ? statement.params : statement.parameters];
}
