/** What an environment gets of monitoring: logs that end everywhere, alarms and a dashboard where it asks for them. */
import type { Stack } from 'aws-cdk-lib';
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../configuration/environment.js';
import { DEFAULT_LOG_RETENTION_DAYS } from '../configuration/monitoring-settings.js';
import type { Database } from '../database/database.js';
import { createLogGroup, type LogSettings } from './log-group.js';
import type { MonitoredFunction } from './monitored.js';
import { createMonitoring } from './monitoring.js';

/** The parts of a defineFunction result that are needed here. */
export interface MonitorableFunction {
  readonly resources: { readonly lambda: IFunction; readonly cfnResources: { readonly cfnFunction: CfnFunction } };
}

/** @param keepLogs Whether the logs outlive the deployment. */
export function logSettingsOf({ monitoring }: Environment, keepLogs: boolean): LogSettings {
  return { retentionDays: monitoring?.logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS, keepLogs };
}

/** What Lambda takes when a function does not say. */
const DEFAULT_TIMEOUT_SECONDS = 3;

/**
 * @param createStack Makes the stack for alarms and dashboard, if there are any.
 * @param functions By their names in defineFunction.
 * @param logs How long the functions' logs are kept.
 */
export function monitorDeployment(
  createStack: () => Stack,
  { monitoring, limits }: Environment,
  functions: Readonly<Record<string, MonitorableFunction>>,
  { proxyName, serverIdentifier }: Database,
  logs: LogSettings,
): void {
  const reservedConcurrency = limits?.reservedConcurrency;
  const monitored = Object.entries(functions).map(([name, { resources }]): MonitoredFunction => {
    const { cfnFunction } = resources.cfnResources;
    const timeoutSeconds = cfnFunction.timeout ?? DEFAULT_TIMEOUT_SECONDS;
    return { name, function: resources.lambda, cfnFunction, timeoutSeconds, reservedConcurrency };
  });
  for (const fn of monitored) createLogGroup(fn, logs);

  if (monitoring === undefined) return;
  createMonitoring(createStack(), monitoring, {
    functions: monitored,
    ...(proxyName !== undefined && { proxy: { proxyName, ...clientLimit(monitored.length, reservedConcurrency) } }),
    database: serverIdentifier,
  });
}

/** Each execution holds one connection of the proxy. */
function clientLimit(functionCount: number, reservedConcurrency: number | undefined) {
  return reservedConcurrency === undefined ? {} : { maxClientConnections: functionCount * reservedConcurrency };
}
