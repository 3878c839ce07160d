/** Limits the duration of a migration during a deployment. Imports nothing: synthesis reads it too. */

/**
 * Each gives up before the one around it, so that CloudFormation shows the reason and not a timeout of its own:
 * a statement (10 min, on the role migrator in bootstrap.sql), all migrations, the function, the custom resource.
 */
export const MIGRATION_LIMITS = {
  /** Of the function. Lambda's maximum is 900, and so is that of the CDK's function that waits for this one. */
  functionSeconds: 840,
  /** Kept back from the function's time, for the response. */
  reserveSeconds: 30,
  /** Of the custom resource. CloudFormation's own default is an hour. */
  resourceSeconds: 960,
  /** For another deployment into the same database. */
  lockWaitSeconds: 300,
  /** Until a new proxy has reached its database. */
  unreachableSeconds: 300,
  /** Until IAM applies a permission that the same deployment granted. */
  refusedSeconds: 60,
} as const;
