/** The environment variables of the function that reads the secrets: names of things, and nothing that is secret. */
export const SECRETS_ENVIRONMENT = {
  /** The ARN of the function in the VPC. */
  functionArn: 'BOOTSTRAP_FUNCTION_ARN',
  /** The ARN of the master user's secret. */
  masterSecretArn: 'MASTER_SECRET_ARN',
  /** JSON: the ARN of each user's secret, by the user's name. Not set where the users sign in with IAM. */
  userSecretArns: 'USER_SECRET_ARNS',
} as const;
