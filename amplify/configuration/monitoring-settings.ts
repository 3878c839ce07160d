/** Who hears of trouble, and how long logs are kept: the monitoring part of an environment. */

export interface MonitoringSettings {
  /**
   * The addresses that get an e-mail when an alarm starts and when it ends: one or more. Each receives a message of
   * Amazon SNS after the first deployment and gets nothing until its link is followed. The addresses are readable for
   * whoever may read the template.
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
   */
  readonly alarmEmails: readonly string[];
  /**
   * After how many days the log lines of the functions are deleted. CloudWatch Logs takes the values of
   * LOG_RETENTION_DAYS and no others.
   * @default 30
   */
  readonly logRetentionDays?: LogRetentionDays;
  /** The thresholds that differ between environments. All others are constants in amplify/monitoring. */
  readonly thresholds?: AlarmThresholds;
}

export interface AlarmThresholds {
  /**
   * How many failed invocations of a function within five minutes raise its alarm. The functions return expected errors
   * as data, so each failure is a crash or a time-out. Raise it where there is so much traffic that a few are nothing
   * out of the ordinary. 1 to 1000000.
   * @default 3
   */
  readonly lambdaErrorsInFiveMinutes?: number;
  /**
   * How many database connections pinned to one client, for five minutes, raise the alarm. The application pins none;
   * raise it where yours does so on purpose, with temporary tables or session variables. 1 to 262143.
   * @default 1
   */
  readonly sessionPinnedConnections?: number;
}

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
