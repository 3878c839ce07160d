/**
 * CREATE INDEX CONCURRENTLY that is cut short leaves an index behind that is invalid: writes keep it up to date, no query
 * uses it, and IF NOT EXISTS takes it for the one that was wanted.
 */
import type { Session } from './session.js';

/**
 * Drops what an interrupted build has left.
 *
 * @param names as they are written in SQL.
 * @returns whether the index is there and valid.
 */
export async function prepareIndex(session: Session, names: { index: string; table: string }): Promise<boolean> {
  const { rows } = await session.run<{ name: string; valid: boolean }>(
    `select format('%I.%I', n.nspname, c.relname) as name, i.indisvalid and i.indisready as valid
       from pg_index i
       join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
      where i.indrelid = to_regclass($2) and c.relname = (parse_ident($1))[1]`,
    [names.index, names.table],
  );
  const [found] = rows;
  if (found === undefined) return false;
  if (!found.valid) await session.run(`drop index concurrently if exists ${found.name}`);
  return found.valid;
}
