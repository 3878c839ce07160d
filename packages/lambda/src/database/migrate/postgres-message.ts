/** Formats PostgreSQL's error about a statement, with its position in the file. */
import type { Migration, SqlStatement } from './migration.js';
import { describeProblem } from './migration-error.js';

/** The message without `detail`, which quotes rows. */
export function describePostgresError(migration: Migration, statement: SqlStatement, error: unknown): string {
  const { code, position, hint } = error as { code?: unknown; position?: unknown; hint?: unknown };
  const offset = statement.offset + offsetOf(statement.text, Number(position));
  const message = withoutValues(error instanceof Error ? error.message : String(error), code);
  const parts = [message, ...(typeof code === 'string' ? [`(${code})`] : [])];
  const help = helpFor(code, message) ?? (typeof hint === 'string' ? hint : undefined);
  return `${describeProblem(migration, offset, parts.join(' '))}${help === undefined ? '' : `\n\n${help}`}`;
}

interface Help {
  readonly code: string;
  /** One SQLSTATE is for faults of several kinds. A server that speaks another language than English gets no help. */
  readonly message: RegExp;
  readonly help: string;
}

const HELP: readonly Help[] = [
  {
    code: '25001',
    message: /cannot run inside a transaction block/,
    help: 'This statement cannot run in a transaction, and the runner does not know how to resume it after a crash.',
  },
  {
    code: '25001',
    message: /must be (called|set) before any query|(in|within) a subtransaction|inside a read-only transaction/,
    help:
      "The transaction is the runner's, which has run statements in it: its isolation level and mode are fixed. Remove this. " +
      'A table that must not change meanwhile: lock table … in share row exclusive mode.',
  },
  {
    code: '55P03',
    message: /lock timeout/,
    help: 'Somebody else holds a lock on the table for longer than lock_timeout of the role migrator. Try again later.',
  },
  {
    code: '55P03',
    message: /could not obtain lock/,
    help: 'Another session holds a lock, and NOWAIT does not wait for it. Try again later, or leave NOWAIT out: lock_timeout bounds the wait.',
  },
  {
    code: '57014',
    message: /statement timeout/,
    help: 'It took longer than statement_timeout of the role migrator. Do less in one statement, or let the master user raise it.',
  },
  {
    code: '57014',
    message: /user request/,
    help: 'Another session has cancelled it, with pg_cancel_backend. Run the migrations again.',
  },
];

function helpFor(code: unknown, message: string): string | undefined {
  return HELP.find((help) => help.code === code && help.message.test(message))?.help;
}

/** PostgreSQL counts characters from 1; JavaScript counts UTF-16 units from 0. */
function offsetOf(text: string, position: number): number {
  if (!Number.isInteger(position) || position < 1) return 0;
  return [...text].slice(0, position - 1).join('').length;
}

/** Messages about data (class 22) quote it, and the message ends up in logs and in CloudFormation's events. */
function withoutValues(message: string, code: unknown): string {
  return typeof code === 'string' && code.startsWith('22') ? message.replace(/"[\s\S]*"/, '"…"') : message;
}
