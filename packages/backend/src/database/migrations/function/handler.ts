/**
 * The Lambda function that migrates the database during a deployment. It wires; the work is in src/. It is made by
 * the file beside this folder and not by defineFunction, because it belongs to the stack of the database.
 */
import { withLook } from '@vpc-postgres/lambda/database/look/with-look.js';
import { createMigrationHandler } from '@vpc-postgres/lambda/database/migrate/at-deploy.js';
import type { MigrationFile } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { readDatabaseSettings } from '@vpc-postgres/lambda/database/settings.js';
import { logJson } from '@vpc-postgres/lambda/graphql/log.js';

/** The files of src/migrations, which packages/backend/src/database/migrations/bundle.ts puts in place of this name. */
declare const MIGRATION_FILES: readonly MigrationFile[];

const settings = readDatabaseSettings(process.env);
const applicationName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'migrations';

export const handler = withLook(
  { settings, applicationName, migrations: MIGRATION_FILES.map(({ name }) => name) },
  createMigrationHandler({ settings, files: MIGRATION_FILES, log: logJson, applicationName }),
);
