/**
 * Gives a function a log group of its own, which ends. The one that Lambda makes by itself keeps every line for ever and
 * stays behind when the deployment is deleted. defineFunction has an option for the retention, but it is fixed before the
 * environment is known, and its group is always deleted.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { LogRetentionDays } from '../configuration/monitoring-settings.js';
import type { MonitoredFunction } from './monitored.js';

export interface LogSettings {
  readonly retentionDays: LogRetentionDays;
  /** Whether the log outlives the deployment: true for an environment whose incidents somebody will look into. */
  readonly keepLogs: boolean;
}

/**
 * The group is part of the function's own stack. In any other, that stack and the function's would wait for each other:
 * monitoring reads the function's name, and the function would read the group's.
 */
export function createLogGroup(
  { function: fn, cfnFunction }: Pick<MonitoredFunction, 'function' | 'cfnFunction'>,
  { retentionDays, keepLogs }: LogSettings,
): LogGroup {
  const logGroup = new LogGroup(fn, 'OwnLogGroup', {
    retention: retentionDays,
    removalPolicy: removalPolicyOf({ keepLogs }),
  });
  // Nothing but the group: format and level are defineFunction's.
  cfnFunction.addPropertyOverride('LoggingConfig.LogGroup', logGroup.logGroupName);
  return logGroup;
}

export function removalPolicyOf({ keepLogs }: Pick<LogSettings, 'keepLogs'>): RemovalPolicy {
  return keepLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
