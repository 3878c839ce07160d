/** Lets a function connect to the database, as one user and through the proxy, and tells it where that is. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IDatabaseProxy } from 'aws-cdk-lib/aws-rds';
import { DATABASE_ENVIRONMENT } from '../../src/database/environment-names.js';
import type { DatabaseSettings } from '../configuration/environment.js';

/** The part of a defineFunction result that is needed here. */
export interface ConnectableFunction {
  readonly resources: { readonly lambda: IGrantable };
  addEnvironment(key: string, value: string): void;
}

/** The only port of an RDS Proxy. */
const PROXY_PORT = '5432';

export function connectFunction(
  fn: ConnectableFunction,
  proxy: IDatabaseProxy,
  { name, user }: DatabaseSettings,
): void {
  // rds-db:connect on dbuser:<proxy id>/<user>: this proxy and this user, nothing wider.
  proxy.grantConnect(fn.resources.lambda, user);

  fn.addEnvironment(DATABASE_ENVIRONMENT.host, proxy.endpoint);
  fn.addEnvironment(DATABASE_ENVIRONMENT.port, PROXY_PORT);
  fn.addEnvironment(DATABASE_ENVIRONMENT.database, name);
  fn.addEnvironment(DATABASE_ENVIRONMENT.user, user);
}
