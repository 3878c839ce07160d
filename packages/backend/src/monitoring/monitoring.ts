/** Creates the alarms, their receivers and the dashboard of one environment. Sandboxes have none: they have no on-call. */
import type { Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { MonitoringSettings } from '../configuration/monitoring-settings.js';
import { createAlarmTopic } from './alarm-topic.js';
import { createAlarms } from './alarms.js';
import { createDashboard } from './dashboard.js';
import { functionAlarms } from './function-alarms.js';
import type { Monitored } from './monitored.js';
import { proxyAlarms } from './proxy-alarms.js';

/**
 * Only reads from what is monitored, so `stack` may be one that every other stack comes before.
 *
 * About 1 USD a month for the key of the topic, 0.10 for each alarm (0.20 for the one of two metrics), and 3 for the
 * dashboard beyond the account's first three.
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export function createMonitoring(stack: Stack, settings: MonitoringSettings, monitored: Monitored): void {
  const { alarmEmails, thresholds = {} } = settings;
  const definitions = [
    ...monitored.functions.flatMap((fn) => functionAlarms(fn, thresholds)),
    ...(monitored.proxy === undefined ? [] : proxyAlarms(monitored.proxy, thresholds)),
  ];
  const alarms = createAlarms(stack, definitions, new SnsAction(createAlarmTopic(stack, alarmEmails)));
  createDashboard(stack, monitored, alarms);
}
