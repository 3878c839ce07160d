/** Describes who hears of trouble and how long logs are kept: the monitoring part of an environment. */
import { z } from 'zod/v4';
import { LEAVE_OUT, type Settings, wholeNumber } from './fields.js';
import { MAX_CONNECTIONS } from './server-settings.js';

/**
 * The retentions that CloudWatch Logs offers, without `never`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export type LogRetentionDays = (typeof LOG_RETENTION_DAYS)[number];

/** Long enough to look into a fault of last month; Lambda's own groups keep everything for ever, and charge for it. */
export const DEFAULT_LOG_RETENTION_DAYS: LogRetentionDays = 30;

export type AlarmThresholds = Settings<typeof thresholds>;
const thresholds = z
  .strictObject({
    /**
     * How many failed invocations of a function within five minutes raise its alarm. The functions return expected
     * errors as data, so each failure is a crash or a time-out. Raise it where there is so much traffic that a few are
     * nothing out of the ordinary. 1 to 1000000. @default 3
     */
    lambdaErrorsInFiveMinutes: wholeNumber(1, 1_000_000).optional(),
    /**
     * How many database connections pinned to one client, for five minutes, raise the alarm. The application pins none;
     * raise it where yours does so on purpose, with temporary tables or session variables. 1 to 262143. @default 1
     */
    sessionPinnedConnections: wholeNumber(1, MAX_CONNECTIONS).optional(),
  })
  .meta({
    expected: 'an object with lambdaErrorsInFiveMinutes, sessionPinnedConnections or both',
    fix: 'correct it, or leave it out; other thresholds are constants in packages/backend/src/monitoring',
  });

export type MonitoringSettings = Settings<typeof monitoringSchema>;
export const monitoringSchema = z
  .strictObject({
    /**
     * The addresses that get an e-mail when an alarm starts and when it ends: one or more. Each receives a message of
     * Amazon SNS after the first deployment and gets nothing until its link is followed. The addresses are readable for
     * whoever may read the template.
     * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
     */
    alarmEmails: z
      .array(z.email().meta({ expected: 'an e-mail address, for example on-call@example.com', fix: 'correct it' }))
      // Alarms that nobody receives are worse than none: the dashboard says that somebody is watching.
      .min(1)
      // Whatever the case: SNS would make two subscriptions of them, and one person would get every message twice.
      .refine((list) => new Set(list.map((address) => address.toLowerCase())).size === list.length)
      .meta({
        expected: 'a list of one or more different e-mail addresses',
        fix: 'name who is to hear of trouble, or leave `monitoring` out to have no alarms',
      }),
    /**
     * After how many days the log lines of the functions are deleted. CloudWatch Logs takes the values of
     * LOG_RETENTION_DAYS and no others. @default 30
     */
    logRetentionDays: z
      .literal([...LOG_RETENTION_DAYS])
      .meta({ expected: `one of ${LOG_RETENTION_DAYS.join(', ')}`, fix: 'choose one of these, or leave it out' })
      .optional(),
    /** The thresholds that differ between environments. All others are constants in packages/backend/src/monitoring. */
    thresholds: thresholds.optional(),
  })
  .meta({ expected: "an object with alarmEmails: ['…']", fix: `${LEAVE_OUT} to have no alarms` });
