/** Names the PostgreSQL that everything is made for. Imports nothing. */

/**
 * The major version of the local server, of a created database and of the parser that tests compare with. A change of it is
 * one of their pins too, which a test lists: docs/upgrade.md#postgresql-18.
 */
export const POSTGRES_MAJOR = 17;
