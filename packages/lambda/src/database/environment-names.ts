/**
 * The names of the Lambda's environment variables: the one contract between the CDK code that sets them and the handler
 * that reads them. None of them is a secret; the password is an IAM token, signed when a connection opens.
 */
export const DATABASE_ENVIRONMENT = {
  /** Host name of the RDS Proxy endpoint. Must be the real one: an IAM token for an alias is refused. */
  host: 'DATABASE_HOST',
  /** 1..65535. RDS Proxy listens on 5432. */
  port: 'DATABASE_PORT',
  /** Name of the database. */
  database: 'DATABASE_NAME',
  /** The database user, whom the function's role may `rds-db:connect` as. */
  user: 'DATABASE_USER',
} as const;
