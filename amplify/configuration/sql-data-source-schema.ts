/** The form of an environment's SQL data source. What it must have in common with the rest: sql-data-source-consistency.ts. */
import { z } from 'zod/v4';
import { existingSecurityGroup, text } from './schema-values.js';

export const sqlDataSourceSchema = z.strictObject({
  // The secrets that RDS itself manages have an exclamation mark in their names.
  secretArn: text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/),
  securityGroup: existingSecurityGroup.optional(),
});
