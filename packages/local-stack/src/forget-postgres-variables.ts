/**
 * Removes PGHOST, PGOPTIONS, PGSSLMODE and all others of libpq and node-postgres from this process: they say where the caller's
 * own databases are, and both libraries read them. A command line imports this first, before node-postgres is loaded.
 *
 * @see https://www.postgresql.org/docs/17/libpq-envars.html
 */
import process from 'node:process';

for (const name of Object.keys(process.env)) {
  if (/^(PG[A-Z]|NODE_PG_)/i.test(name)) delete process.env[name];
}
