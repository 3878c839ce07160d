/** The form that the monitoring part of an environment must have. */
import { z } from 'zod/v4';
import { LOG_RETENTION_DAYS } from './monitoring-settings.js';

/** RDS allows no database more connections than this. */
const MAX_CONNECTIONS = 262_143;

export const monitoringSchema = z.strictObject({
  // Alarms that nobody receives are worse than none: the dashboard says that somebody is watching.
  alarmEmails: z.array(z.email()).min(1).refine(areDistinct),
  logRetentionDays: z.literal([...LOG_RETENTION_DAYS]).optional(),
  thresholds: z
    .strictObject({
      lambdaErrorsInFiveMinutes: z.number().int().min(1).max(1_000_000).optional(),
      sessionPinnedConnections: z.number().int().min(1).max(MAX_CONNECTIONS).optional(),
    })
    .optional(),
});

/** Whatever the case: SNS would make two subscriptions of them, and one person would get every message twice. */
function areDistinct(addresses: readonly string[]): boolean {
  return new Set(addresses.map((address) => address.toLowerCase())).size === addresses.length;
}
