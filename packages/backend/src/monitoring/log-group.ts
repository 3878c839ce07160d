/**
 * Gives a function a log group of its own, which ends. The one that Lambda makes by itself keeps every line for ever and
 * stays behind when the deployment is deleted. defineFunction has an option for the retention, but it is fixed before the
 * environment is known, and its group is always deleted.
 */
import type { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { LogRetentionDays } from '../configuration/monitoring-settings.js';
import type { MonitoredFunction } from './monitored.js';

export interface LogSettings {
  readonly retentionDays: LogRetentionDays;
  /** `RETAIN` for an environment whose incidents are looked into: the log outlives the deployment. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The group is part of the function's own stack. In any other, that stack and the function's would wait for each other:
 * monitoring reads the function's name, and the function would read the group's.
 */
export function createLogGroup(
  { function: fn, cfnFunction }: Pick<MonitoredFunction, 'function' | 'cfnFunction'>,
  { retentionDays, removalPolicy }: LogSettings,
): LogGroup {
  const logGroup = new LogGroup(fn, 'OwnLogGroup', { retention: retentionDays, removalPolicy });
  // Nothing but the group: format and level are defineFunction's.
  cfnFunction.addPropertyOverride('LoggingConfig.LogGroup', logGroup.logGroupName);
  return logGroup;
}
