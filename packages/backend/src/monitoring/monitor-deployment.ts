/** What an environment gets of monitoring: logs that end everywhere, alarms and a dashboard where it asks for them. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { Environment, RemovalPolicySetting } from '../configuration/environment.js';
import { DEFAULT_LOG_RETENTION_DAYS } from '../configuration/monitoring-settings.js';
import type { Database } from '../database/database.js';
import type { DefinedFunction } from '../functions/defined-function.js';
import { createLogGroup, type LogSettings } from './log-group.js';
import type { MonitoredFunction } from './monitored.js';
import { createMonitoring } from './monitoring.js';

/** @param removalPolicy What the deletion of the deployment leaves of the logs. */
export function logSettingsOf(
  { monitoring }: Pick<Environment, 'monitoring'>,
  removalPolicy: RemovalPolicySetting,
): LogSettings {
  return {
    retentionDays: monitoring?.logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS,
    removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
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
  functions: Readonly<Record<string, DefinedFunction>>,
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
