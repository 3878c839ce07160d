/** Reads and validates the connection settings from the environment. Runs once, at cold start, so that a wrong deployment fails at once. */
import { type AwsCredentials, CREDENTIALS_ENVIRONMENT, credentialsOf } from './aws-credentials.js';
import { DATABASE_ENVIRONMENT } from './environment-names.js';

export interface ConnectionSettings {
  /** Host name of the RDS Proxy endpoint; also the name the TLS certificate and the IAM token are checked against. */
  host: string;
  /** 1..65535. */
  port: number;
  database: string;
  /** Database user, case-sensitive. */
  user: string;
  /** AWS region of the proxy, for example eu-west-1. Part of the IAM token's signature. */
  region: string;
  /** Of the role that may `rds-db:connect` as `user`. A function, so that settings hold no secret. */
  credentials: () => AwsCredentials;
}

export class DatabaseSettingsError extends Error {
  override readonly name = 'DatabaseSettingsError';

  constructor(readonly problems: readonly string[]) {
    super(
      `The function's environment does not say where the database is:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n` +
        '@vpc-postgres/backend and Lambda set these variables; deploy the backend again.',
    );
  }
}

/**
 * @param env `process.env` of the Lambda function.
 * @throws DatabaseSettingsError naming every missing or invalid variable at once.
 */
export function readDatabaseSettings(env: Readonly<Record<string, string | undefined>>): ConnectionSettings {
  const problems: string[] = [];

  const required = (name: string): string => {
    const value = env[name]?.trim() ?? '';
    if (value === '') problems.push(`${name} is not set.`);
    return value;
  };

  const host = required(DATABASE_ENVIRONMENT.host);
  const portText = required(DATABASE_ENVIRONMENT.port);
  const database = required(DATABASE_ENVIRONMENT.database);
  const user = required(DATABASE_ENVIRONMENT.user);
  const region = required('AWS_REGION');
  required(CREDENTIALS_ENVIRONMENT.accessKeyId);
  required(CREDENTIALS_ENVIRONMENT.secretAccessKey);

  const port = Number(portText);
  if (portText !== '' && !(/^\d{1,5}$/.test(portText) && port >= 1 && port <= 65_535)) {
    problems.push(`${DATABASE_ENVIRONMENT.port} is "${portText}"; expected a whole number from 1 to 65535.`);
  }
  if (/[/:]/.test(host)) {
    problems.push(
      `${DATABASE_ENVIRONMENT.host} is "${host}"; expected a bare host name, without scheme, port or path.`,
    );
  }

  if (problems.length > 0) throw new DatabaseSettingsError(problems);
  return {
    host,
    port,
    database,
    user,
    region,
    credentials: () => credentialsOf(env),
  };
}
