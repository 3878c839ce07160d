/**
 * Finds the index of a CREATE INDEX CONCURRENTLY. A build that is cut short leaves an index behind that is invalid: writes
 * keep it up to date, no query uses it, and IF NOT EXISTS takes it for the one that was wanted.
 */
import type { SqlStatement } from './migration.js';
import { MigrationError } from './migration-error.js';
import type { Session } from './session.js';

export interface FoundIndex {
  /** With its schema, quoted where SQL needs it. */
  readonly name: string;
  readonly valid: boolean;
  /** The server process that is building it at this moment. */
  readonly builtBy: number | null;
}

/** @returns undefined when the table has no index of this name. */
export async function findIndex(session: Session, statement: SqlStatement): Promise<FoundIndex | undefined> {
  const [index, ...table] = await readNames(session, statement);
  const { rows } = await session.run<FoundIndex>(
    `select format('%I.%I', n.nspname, c.relname) as name,
            i.indisvalid and i.indisready as valid,
            (select l.pid from pg_locks l join pg_stat_progress_create_index p using (pid)
              where l.locktype = 'relation' and l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock' and l.granted
                and l.database = (select oid from pg_database where datname = current_database())
                and (p.index_relid is null or p.index_relid = i.indexrelid)) as "builtBy"
       from pg_index i
       join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1
        and i.indrelid = to_regclass((select string_agg(quote_ident(part), '.' order by position)
                                        from unnest($2::text[]) with ordinality as parts (part, position)))`,
    [index, table],
  );
  return rows[0];
}

/**
 * Drops what an interrupted build has left.
 * @throws MigrationError when it is being built, by hand for example: it will be valid when that is done.
 */
export async function dropInvalidIndex(session: Session, { name, valid, builtBy }: FoundIndex): Promise<void> {
  if (valid) return;
  if (builtBy !== null) {
    throw new MigrationError(
      `The index ${name} is being built by another session, process ${builtBy} of PostgreSQL. Run the migrations again when it is done.`,
    );
  }
  await session.run(`drop index concurrently if exists ${name}`);
}

/**
 * The names of index, schema and table as PostgreSQL sees them: it folds, cuts off and unescapes a name, and here each is
 * the name of a column in a result.
 */
async function readNames(session: Session, { tokens }: SqlStatement): Promise<string[]> {
  const rest = tokens.slice(tokens.findIndex((token) => /^concurrently$/i.test(token)) + 1);
  if (/^if not exists$/i.test(rest.slice(0, 3).join(' '))) rest.splice(0, 3);
  const [index, , ...target] = rest;
  if (/^only$/i.test(target[0] ?? '')) target.shift();
  const names = [index, target[0]];
  for (let dot = 1; target[dot] === '.'; dot += 2) names.push(target[dot + 1]);
  const { fields } = await session.run(`select ${names.map((name) => `null as ${name}`).join(', ')}`);
  return fields.map(({ name }) => name);
}
