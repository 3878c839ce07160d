/** The form that the monitoring part of an environment must have. */
import { z } from 'zod/v4';
import { LOG_RETENTION_DAYS } from './monitoring-settings.js';
import { wholeNumber } from './schema-values.js';

/** RDS allows no database more connections than this. */
const MAX_CONNECTIONS = 262_143;

export const monitoringSchema = z.strictObject({
  // Alarms that nobody receives are worse than none: the dashboard says that somebody is watching.
  alarmEmails: z.array(z.email()).min(1).refine(areDistinct),
  logRetentionDays: z.literal([...LOG_RETENTION_DAYS]).optional(),
  thresholds: z
    .strictObject({
      lambdaErrorsInFiveMinutes: wholeNumber(1, 1_000_000).optional(),
      sessionPinnedConnections: wholeNumber(1, MAX_CONNECTIONS).optional(),
    })
    .optional(),
});

/** Whatever the case: SNS would make two subscriptions of them, and one person would get every message twice. */
function areDistinct(addresses: readonly string[]): boolean {
  return new Set(addresses.map((address) => address.toLowerCase())).size === addresses.length;
}
