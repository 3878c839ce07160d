/**
 * Which statements may run in a transaction of withUser: those that end with it. SET, PREPARE, LISTEN and their like stay
 * in the session, reach the next caller of the connection, and pin it in RDS Proxy; COMMIT and ROLLBACK would end the
 * identity before its statements.
 */

/** Thrown before anything is sent. A bug in the domain. */
export class StatementNotPermittedError extends Error {
  override readonly name = 'StatementNotPermittedError';

  constructor(found: string, fix: string) {
    super(`${found} may not run in a transaction of withUser. ${fix}`);
  }
}

const PERMITTED = ['SELECT', 'WITH', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'VALUES', 'TABLE', 'SAVEPOINT', 'RELEASE'];

/** Functions of PostgreSQL whose effect outlives the transaction. */
const STAYS_BEHIND = [
  { call: /set_config/i, fix: 'It also changes the identity. Put the value into a parameter of the statement.' },
  { call: /pg_(?:try_)?advisory_lock/i, fix: 'Use pg_advisory_xact_lock, which ends with the transaction.' },
];

/** White space, comments and opening parentheses, which may stand before the first word. PostgreSQL's comments nest; two levels are enough. */
const BEFORE_FIRST_WORD =
  /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*)|\/\*(?:[^*]|\*(?!\/))*\*\/)*\*\/)*/;

/** @throws StatementNotPermittedError */
export function refuseUnlessPermitted(text: string): void {
  const [word = ''] = /^[a-z]*/i.exec(text.replace(BEFORE_FIRST_WORD, '')) ?? [];
  const keyword = word.toUpperCase();
  const permitted = PERMITTED.includes(keyword) || (keyword === 'ROLLBACK' && /\bto\b/i.test(text));
  if (!permitted) {
    throw new StatementNotPermittedError(
      keyword === '' ? 'A text without a statement' : `A statement that begins with ${keyword}`,
      `Permitted are ${PERMITTED.join(', ')} and ROLLBACK TO. Settings belong to the database role, definitions to a migration.`,
    );
  }
  // What a function of the database does is out of sight, here and for RDS Proxy: test/integration/database looks into those.
  for (const { call, fix } of STAYS_BEHIND) {
    if (call.test(text)) throw new StatementNotPermittedError(`A statement that calls ${call.source}`, fix);
  }
}
