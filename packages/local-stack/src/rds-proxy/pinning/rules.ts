/** The documented list, as rules on the nodes of a parse tree. */
import type { ParseNode } from './grammar.js';
import { type PinKind, type PinReason, pinReason } from './reasons.js';
import type { PinSettings } from './settings.js';

type Fields = ParseNode['fields'];

/** A statement that pins wherever it stands: EXPLAIN EXECUTE and CREATE TABLE … AS EXECUTE hold one inside. */
const STATEMENTS: Readonly<Record<string, { kind: PinKind; construct: string }>> = {
  PrepareStmt: { kind: 'preparedStatement', construct: 'PREPARE' },
  ExecuteStmt: { kind: 'preparedStatement', construct: 'EXECUTE' },
  DeallocateStmt: { kind: 'preparedStatement', construct: 'DEALLOCATE' },
  DiscardStmt: { kind: 'discard', construct: 'DISCARD' },
  DeclareCursorStmt: { kind: 'cursor', construct: 'DECLARE … CURSOR' },
  ListenStmt: { kind: 'listen', construct: 'LISTEN' },
  LoadStmt: { kind: 'load', construct: 'LOAD' },
};

/** Where a statement that creates a table, view or sequence names it. */
const CREATED_RELATIONS: Readonly<Record<string, (fields: Fields) => unknown>> = {
  CreateStmt: ({ relation }) => relation,
  CreateForeignTableStmt: ({ base }) => fieldsOf(base).relation,
  ViewStmt: ({ view }) => view,
  CreateSeqStmt: ({ sequence }) => sequence,
  CreateTableAsStmt: ({ into }) => fieldsOf(into).rel,
  // SELECT … INTO
  intoClause: ({ rel }) => rel,
};

/** Called anywhere in a statement's text, also where the call is only written down: in a view, or a column's default. */
const FUNCTIONS: ReadonlyMap<string, PinKind> = new Map([
  ['nextval', 'sequence'],
  ['setval', 'sequence'],
  ['pg_advisory_lock', 'advisoryLock'],
  ['pg_advisory_lock_shared', 'advisoryLock'],
  ['pg_try_advisory_lock', 'advisoryLock'],
  ['pg_try_advisory_lock_shared', 'advisoryLock'],
]);

/** @param nodes of all statements of one text */
export function findReasons(nodes: readonly ParseNode[], settings: PinSettings): PinReason[] {
  return nodes.flatMap((node) => reasonOf(node, settings) ?? []);
}

function reasonOf({ name, fields, depth }: ParseNode, settings: PinSettings): PinReason | undefined {
  const statement = STATEMENTS[name];
  if (statement !== undefined) return pinReason(statement.kind, statement.construct);
  // Deeper, it belongs to ALTER ROLE … SET or CREATE FUNCTION … SET, which change no session.
  if (name === 'VariableSetStmt' && depth === 1) return reasonOfSet(fields, settings);
  if (name === 'ConstraintsSetStmt')
    return settings.setLocalPins ? pinReason('setLocal', 'SET CONSTRAINTS') : undefined;
  if (name === 'FuncCall') return reasonOfCall(fields, settings);
  const created = CREATED_RELATIONS[name]?.(fields);
  return created !== undefined && isTemporary(fieldsOf(created))
    ? pinReason('temporaryObject', 'a temporary table, view or sequence')
    : undefined;
}

function reasonOfSet({ kind, name, is_local }: Fields, { setLocalPins }: PinSettings): PinReason | undefined {
  if (kind === 'VAR_RESET_ALL') return pinReason('set', 'RESET ALL');
  if (kind === 'VAR_RESET') return pinReason('set', `RESET ${name}`);
  // SET TRANSACTION: the parser writes this name in capitals, and no variable's.
  const endsWithTransaction = is_local === true || (kind === 'VAR_SET_MULTI' && name === 'TRANSACTION');
  if (!endsWithTransaction) return pinReason('set', `SET ${name}`);
  return setLocalPins ? pinReason('setLocal', `SET ${is_local === true ? 'LOCAL ' : ''}${name}`) : undefined;
}

function reasonOfCall({ funcname, args }: Fields, { setConfigLocalPins }: PinSettings): PinReason | undefined {
  const path = listOf(funcname).map((part) => String(fieldsOf(part.String).sval));
  const [functionName = '', schema = 'pg_catalog'] = path.toReversed();
  // A function of the same name in another schema is somebody's own.
  if (schema !== 'pg_catalog') return undefined;
  const kind = FUNCTIONS.get(functionName);
  if (kind !== undefined) return pinReason(kind, `${functionName}()`);
  if (functionName !== 'set_config') return undefined;
  if (!isLocal(listOf(args))) return pinReason('setConfig', 'set_config()');
  return setConfigLocalPins ? pinReason('setConfigLocal', 'set_config(…, true)') : undefined;
}

/** Only a literal true counts: what a parameter or an expression will be, the text does not say. */
function isLocal(setConfigArguments: readonly Fields[]): boolean {
  const named = setConfigArguments
    .map(({ NamedArgExpr }) => fieldsOf(NamedArgExpr))
    .find(({ name }) => name === 'is_local');
  const argument = named !== undefined ? fieldsOf(named.arg) : setConfigArguments[2];
  return fieldsOf(fieldsOf(argument?.A_Const).boolval).boolval === true;
}

/** By TEMP or TEMPORARY, or by the schema that stands for the session's own. */
function isTemporary({ relpersistence, schemaname }: Fields): boolean {
  return relpersistence === 't' || (typeof schemaname === 'string' && /^pg_temp(_\d+)?$/.test(schemaname));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
