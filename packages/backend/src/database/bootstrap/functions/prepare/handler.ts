/** The Lambda function in the VPC that prepares the server during a deployment. It wires; the work is in @vpc-postgres/lambda. */
import { createBootstrapHandler } from '@vpc-postgres/lambda/database/bootstrap/at-deploy.js';
import { readDatabaseSettings } from '@vpc-postgres/lambda/database/settings.js';
import { logJson } from '@vpc-postgres/lambda/graphql/log.js';

/** The text of bootstrap.sql, which bundle.ts puts in place of this name. */
declare const BOOTSTRAP_SQL_TEXT: string;

export const handler = createBootstrapHandler({
  settings: readDatabaseSettings(process.env),
  sql: BOOTSTRAP_SQL_TEXT,
  log: logJson,
  applicationName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'bootstrap',
});
