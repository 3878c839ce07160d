/** What is watched: functions, and where there are any the proxy and the database. Types only. */
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';

export interface MonitoredFunction {
  /** As in defineFunction. Alarms and the dashboard carry it; no two functions share one. */
  readonly name: string;
  readonly function: IFunction;
  readonly cfnFunction: CfnFunction;
  /** After which Lambda stops the function. */
  readonly timeoutSeconds: number;
  /** How many of it may run at once, 1 or more. Without it there is nothing that its concurrency could reach. */
  readonly reservedConcurrency?: number | undefined;
}

export interface MonitoredProxy {
  /** The name, which CloudWatch's metrics carry, and not the id. May be a token. */
  readonly proxyName: string;
  /**
   * How many connections of clients the proxy is meant to hold: for functions, their reserved concurrency.
   * @default - what the proxy may open to the database, by its metric MaxDatabaseConnectionsAllowed
   */
  readonly maxClientConnections?: number | undefined;
}

/** CloudWatch's identifiers of a database. They may be tokens. */
export type MonitoredDatabase = { readonly instanceIdentifier: string } | { readonly clusterIdentifier: string };

export interface Monitored {
  readonly functions: readonly MonitoredFunction[];
  /** @default - no proxy, and no alarms of one */
  readonly proxy?: MonitoredProxy | undefined;
  /** @default - unknown, and not on the dashboard */
  readonly database?: MonitoredDatabase | undefined;
}
