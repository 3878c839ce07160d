/** Reads the credentials of the function's role from the variables in which Lambda puts them. */

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Temporary credentials, as every role has, come with one. */
  sessionToken?: string | undefined;
}

export const CREDENTIALS_ENVIRONMENT = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
} as const;

/** Reads them at each call: they belong to the environment, which may be given new ones. */
export function credentialsOf(env: Readonly<Record<string, string | undefined>>): AwsCredentials {
  return {
    accessKeyId: env[CREDENTIALS_ENVIRONMENT.accessKeyId] ?? '',
    secretAccessKey: env[CREDENTIALS_ENVIRONMENT.secretAccessKey] ?? '',
    sessionToken: env[CREDENTIALS_ENVIRONMENT.sessionToken],
  };
}
