/** packages/lambda/src/database on a pool of any making: without the TLS and the IAM token that the pool of a Lambda insists on. */
import { createDatabaseOver, type Database } from '@vpc-postgres/lambda/database/database.js';
import type { Pool } from 'pg';

/** @param pool The caller ends it. */
export function databaseOver(pool: Pool): Database {
  return createDatabaseOver(() => pool);
}
