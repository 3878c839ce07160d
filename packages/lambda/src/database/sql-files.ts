/** Locates the SQL files that an administrator runs, for code that runs them in the administrator's place. */

/** Creates the roles: owner, migrator and the one that the functions log in as. */
export const BOOTSTRAP_SQL = new URL('./bootstrap.sql', import.meta.url);

/** Creates the role of Amplify's SQL data source. */
export const SQL_DATA_SOURCE_SQL = new URL('./sql-data-source.sql', import.meta.url);
