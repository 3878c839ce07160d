/** The environment variables of a function: those of its resource.ts, its role's credentials, and where its database is. */
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import type { FunctionDefinition } from './amplify/function-definition.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

export interface LocalDatabase {
  host: string;
  port: number;
  database: string;
  user: string;
  region: string;
  credentials: LocalCredentials;
  caPath: string;
}

/**
 * What Lambda sets is not among them: packages/local-stack/src/lambda/runtime.ts.
 *
 * @param otherCredentials Of the role of functions that may not connect to the database. @default - they have none
 */
export function functionEnvironment(
  { environment, database }: Pick<FunctionDefinition, 'environment' | 'database'>,
  access: LocalDatabase,
  otherCredentials?: LocalCredentials,
): Record<string, string> {
  const credentials = database ? access.credentials : otherCredentials;
  return {
    ...environment,
    // Amplify's, beside the resource's own.
    AMPLIFY_SSM_ENV_CONFIG: '{}',
    ...(credentials && credentialVariables(credentials)),
    ...(database && databaseVariables(access)),
  };
}

/** The variables that Lambda adds for the function's role. */
function credentialVariables({ accessKeyId, secretAccessKey, sessionToken }: LocalCredentials) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

/** The variables that packages/backend/src/database sets in AWS, and the emulator's CA. */
function databaseVariables({ host, port, database, user, caPath }: LocalDatabase) {
  return {
    [DATABASE_ENVIRONMENT.host]: host,
    [DATABASE_ENVIRONMENT.port]: String(port),
    [DATABASE_ENVIRONMENT.database]: database,
    [DATABASE_ENVIRONMENT.user]: user,
    // The emulator's CA joins Node's own list, so that the code verifies TLS the same way here and in AWS.
    NODE_EXTRA_CA_CERTS: caPath,
  };
}
