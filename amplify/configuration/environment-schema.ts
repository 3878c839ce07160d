/** The form that each value of an environment must have. What the values must have in common: consistency.ts. */
import { z } from 'zod/v4';
import { databaseSchema } from './database-schema.js';
import { GUARDRAILS } from './guardrail-names.js';
import { monitoringSchema } from './monitoring-schema.js';
import { networkSchema } from './network-schema.js';
import { text, wholeNumber } from './schema-values.js';
import { sqlDataSourceSchema } from './sql-data-source-schema.js';

export const environmentSchema = z.strictObject({
  account: text(/^\d{12}$/),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/),
  network: networkSchema,
  database: databaseSchema,
  sqlDataSource: sqlDataSourceSchema.optional(),
  limits: z.strictObject({ reservedConcurrency: wholeNumber(1, 1000).optional() }).optional(),
  monitoring: monitoringSchema.optional(),
  onDelete: z.enum(['keep', 'delete']).optional(),
  acknowledgements: z
    .array(z.strictObject({ guardrail: z.enum(GUARDRAILS), reason: text(/^\s*\S[\s\S]{18,}\S\s*$/) }))
    .refine((list) => new Set(list.map(({ guardrail }) => guardrail)).size === list.length)
    .optional(),
});
