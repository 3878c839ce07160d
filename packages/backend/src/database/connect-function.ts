/** Lets a function connect to the database, tells it where that is, and bounds how many connections it can hold. */
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import type { LimitSettings } from '../configuration/environment.js';
import type { ConnectableFunction } from '../functions/defined-function.js';
import type { Database, DatabaseEndpoint } from './database.js';

/**
 * Where Lambda's Node.js runtimes keep Amazon's certificate authorities, RDS's among them. Node.js reads it when it starts.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-certificate-loading
 */
const AMAZON_AUTHORITIES = '/var/runtime/ca-cert.pem';

/** @param user The one database user that the function connects as. */
export function connectFunction(
  fn: ConnectableFunction,
  database: DatabaseEndpoint & Pick<Partial<Database>, 'bootstrap'>,
  user: string,
  { reservedConcurrency }: LimitSettings = {},
): void {
  database.grantConnect(fn.resources.lambda, user);

  fn.addEnvironment(DATABASE_ENVIRONMENT.host, database.host);
  fn.addEnvironment(DATABASE_ENVIRONMENT.port, String(database.port));
  fn.addEnvironment(DATABASE_ENVIRONMENT.database, database.name);
  fn.addEnvironment(DATABASE_ENVIRONMENT.user, user);
  if (database.certificateAuthority === 'rds') fn.addEnvironment('NODE_EXTRA_CA_CERTS', AMAZON_AUTHORITIES);

  // Where its own stack would not wait for the whole of the database's anyway.
  if (database.bootstrap !== undefined) fn.resources.lambda.node.addDependency(database.bootstrap.step);

  if (reservedConcurrency !== undefined) {
    fn.resources.cfnResources.cfnFunction.reservedConcurrentExecutions = reservedConcurrency;
  }
}
