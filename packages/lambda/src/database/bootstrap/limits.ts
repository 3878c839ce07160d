/** Limits the duration of the bootstrap during a deployment. Imports nothing: synthesis reads it too. */

/**
 * Each gives up before the one around it, so that CloudFormation shows the reason and not a timeout of its own: a login, all of
 * the function in the VPC, the function that reads the secrets and waits for it, the CDK's that waits for both, the resource.
 */
export const BOOTSTRAP_LIMITS = {
  /** Until the database can be reached: rules, routes and DNS of a new network take a moment. */
  unreachableSeconds: 240,
  /** Until IAM applies a permission that the same deployment granted. */
  refusedSeconds: 60,
  /** For another deployment that prepares the same server. */
  lockWaitSeconds: 60,
  /** Of the function in the VPC. */
  functionSeconds: 420,
  /** Until Lambda has woken a function that nobody has invoked for weeks. */
  activeSeconds: 300,
  /** Of the function that reads the secrets: the two before. */
  secretsFunctionSeconds: 780,
  /** Of the custom resource. The CDK's function that waits takes 900. */
  resourceSeconds: 960,
} as const;
