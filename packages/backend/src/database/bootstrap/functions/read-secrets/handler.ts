/**
 * The Lambda function outside of the VPC that CloudFormation's request reaches: reads the secrets, sends what is in them to the
 * function in the VPC, which has no way to Secrets Manager, and waits for it. It logs nothing, and returns nothing.
 */
import { createRequire } from 'node:module';
import { BOOTSTRAP_LIMITS } from '@vpc-postgres/lambda/database/bootstrap/limits.js';
import type { BootstrapProperties, BootstrapRequest } from '@vpc-postgres/lambda/database/bootstrap/request.js';
import { SECRETS_ENVIRONMENT } from '../../environment-names.js';
import { parseLogin } from '../../parse-login.js';

/** Lambda's Node.js has the AWS SDK, for require() and not for import. So the bundle needs none. */
const requireOfRuntime = createRequire(import.meta.url);
const { InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } = requireOfRuntime(
  '@aws-sdk/client-lambda',
) as typeof import('@aws-sdk/client-lambda');
const { GetSecretValueCommand, SecretsManagerClient } = requireOfRuntime(
  '@aws-sdk/client-secrets-manager',
) as typeof import('@aws-sdk/client-secrets-manager');

const secretsManager = new SecretsManagerClient({});
const lambda = new LambdaClient({
  // The idempotent work is asked for again below, once the function is there.
  maxAttempts: 1,
  requestHandler: { requestTimeout: BOOTSTRAP_LIMITS.functionSeconds * 1_000 },
});

interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: BootstrapProperties;
}

export async function handler({ RequestType, ResourceProperties }: CustomResourceRequest): Promise<object> {
  if (RequestType === 'Delete') return {};
  const { Version, Database } = ResourceProperties;
  const [master, users] = await Promise.all([readLogin(variable(SECRETS_ENVIRONMENT.masterSecretArn)), readUsers()]);
  await invoke({ RequestType, Version, Database, master, users });
  return {};
}

async function readUsers(): Promise<BootstrapRequest['users']> {
  const arns: Record<string, string> = JSON.parse(process.env[SECRETS_ENVIRONMENT.userSecretArns] ?? '{}');
  const users = Object.entries(arns);
  if (users.length === 0) return 'iam';
  return Promise.all(users.map(([user, arn]) => readLogin(arn, user)));
}

/** @param user Whose secret it must be. @default - anybody's */
async function readLogin(arn: string, user?: string) {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  return parseLogin(arn, SecretString, user);
}

async function invoke(request: BootstrapRequest): Promise<void> {
  const FunctionName = variable(SECRETS_ENVIRONMENT.functionArn);
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) });
  const response = await lambda.send(command).catch(async () => {
    // Lambda puts a function to sleep that nobody has invoked for weeks, and fails the invocation that wakes it.
    const maxWaitTime = BOOTSTRAP_LIMITS.activeSeconds;
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime }, { FunctionName });
    return lambda.send(command);
  });
  if (response.FunctionError === undefined) return;
  const { errorType, errorMessage } = JSON.parse(new TextDecoder().decode(response.Payload));
  const error = new Error(errorMessage);
  error.name = errorType;
  // Of bundled code, and the CDK's framework would append it.
  error.stack = errorType;
  throw error;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set. Deploy the backend again.`);
  return value;
}
