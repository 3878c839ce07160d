/** What PostgreSQL says about a statement, and where in the file that is. */
import type { Migration, Statement } from './migration.js';
import { describeProblem } from './migration-error.js';

/** The message without `detail`, which quotes rows. */
export function describePostgresError(migration: Migration, statement: Statement, error: unknown): string {
  const { code, position, hint } = error as { code?: unknown; position?: unknown; hint?: unknown };
  const offset = statement.offset + offsetOf(statement.text, Number(position));
  const message = withoutValues(error instanceof Error ? error.message : String(error), code);
  const parts = [message, ...(typeof code === 'string' ? [`(${code})`] : [])];
  const help = HELP[String(code)] ?? (typeof hint === 'string' ? hint : undefined);
  return `${describeProblem(migration, offset, parts.join(' '))}${help === undefined ? '' : `\n\n${help}`}`;
}

const HELP: Readonly<Record<string, string>> = {
  '25001': 'This statement cannot run in a transaction, and the runner does not know how to resume it after a crash.',
  '55P03':
    'Somebody else holds a lock on the table for longer than lock_timeout of the role migrator. Try again later.',
  '57014':
    'It took longer than statement_timeout of the role migrator. Do less in one statement, or let the master user raise it.',
};

/** PostgreSQL counts characters from 1; JavaScript counts UTF-16 units from 0. */
function offsetOf(text: string, position: number): number {
  if (!Number.isInteger(position) || position < 1) return 0;
  return [...text].slice(0, position - 1).join('').length;
}

/** Messages about data (class 22) quote it, and the message ends up in logs and in CloudFormation's events. */
function withoutValues(message: string, code: unknown): string {
  return typeof code === 'string' && code.startsWith('22') ? message.replace(/"[\s\S]*"/, '"…"') : message;
}
