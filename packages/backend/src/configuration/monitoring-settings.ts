/** Describes who receives alarms and how long logs are kept: the monitoring part of an environment. */
import { z } from 'zod/v4';
import { areDistinct, LEAVE_OUT, type Settings, wholeNumber } from './fields.js';
import { MAX_CONNECTIONS } from './server-settings.js';

/**
 * The retentions that CloudWatch Logs offers, without `never`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export type LogRetentionDays = (typeof LOG_RETENTION_DAYS)[number];

/** Enough to look into a fault of last month. Lambda's own groups keep everything for ever, and charge for it. */
export const DEFAULT_LOG_RETENTION_DAYS: LogRetentionDays = 30;

export type AlarmThresholds = Settings<typeof thresholds>;
const thresholds = z
  .strictObject({
    /**
     * Failed invocations of a function within five minutes that raise its alarm. The functions return expected errors as
     * data, so each failure is a crash or a timeout. Raise it for much traffic. 1 to 1000000. @default 3
     */
    lambdaErrorsInFiveMinutes: wholeNumber(1, 1_000_000).optional(),
    /**
     * Database connections pinned to one client for five minutes that raise the alarm. Raise it if your code pins some on
     * purpose, with temporary tables or session variables; the starter's pins none. 1 to 262143. @default 1
     */
    sessionPinnedConnections: wholeNumber(1, MAX_CONNECTIONS).optional(),
  })
  .meta({
    expected: 'an object with lambdaErrorsInFiveMinutes, sessionPinnedConnections or both',
    fix: `${LEAVE_OUT}; other thresholds are constants in packages/backend/src/monitoring`,
  });

export type MonitoringSettings = Settings<typeof monitoringSchema>;
export const monitoringSchema = z
  .strictObject({
    /**
     * One or more addresses that get an e-mail when an alarm starts and when it ends. Each must first follow the link in
     * the message that Amazon SNS sends after the first deployment. The template shows the addresses to its readers.
     * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
     */
    alarmEmails: z
      .array(z.email().meta({ expected: 'an e-mail address, for example on-call@example.com', fix: 'correct it' }))
      // An alarm without a receiver is worse than none: the dashboard suggests that a person is watching.
      .min(1)
      // SNS ignores the case of an address: two spellings would be two subscriptions, and two e-mails for each alarm.
      .refine((list) => areDistinct(list.map((address) => address.toLowerCase())))
      .meta({
        expected: 'a list of one or more different e-mail addresses',
        fix: 'name who is to hear of trouble, or leave `monitoring` out to have no alarms',
      }),
    /**
     * After how many days the functions' logs are deleted: a value of LOG_RETENTION_DAYS. A lower value deletes what is older with the
     * next deployment, and so does removing `monitoring`: without it logs are kept for 30 days. @default 30
     */
    logRetentionDays: z
      .literal([...LOG_RETENTION_DAYS])
      .meta({ expected: `one of ${LOG_RETENTION_DAYS.join(', ')}`, fix: 'choose one of these, or leave it out' })
      .optional(),
    /** The thresholds that differ between environments. All others are constants in packages/backend/src/monitoring. */
    thresholds: thresholds.optional(),
  })
  .meta({ expected: "an object with alarmEmails: ['…']", fix: `${LEAVE_OUT} to have no alarms` });
