/** src/database on a pool of any making: without the TLS and the IAM token that the pool of a Lambda insists on. */
import type { Pool } from 'pg';
import { createDatabaseOver, type Database } from '../src/database/database.js';

/** @param pool The caller ends it. */
export function databaseOver(pool: Pool): Database {
  return createDatabaseOver(() => pool);
}
