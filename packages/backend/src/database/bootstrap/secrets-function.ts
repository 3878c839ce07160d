/** The function outside of the VPC: it may read the secrets that the bootstrap needs, and invoke the one function that uses them. */
import { BOOTSTRAP_LIMITS } from '@vpc-postgres/lambda/database/bootstrap/limits.js';
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DefinedFunction } from '../../functions/defined-function.js';
import { bundledCode, createDeploymentFunction } from '../deployment-step.js';
import { bundleBootstrapFunction, folderOf } from './bundle.js';
import { SECRETS_ENVIRONMENT } from './environment-names.js';

const MEMORY_MB = 256;

export interface BootstrapSecrets {
  readonly masterSecretArn: string;
  /** By the user's name. Empty where the users sign in with IAM. */
  readonly userSecretArns: Readonly<Record<string, string>>;
  /** Of the secrets that have a key of their own. */
  readonly kmsKeyArns: readonly string[];
}

/** @param target The function in the VPC. */
export function createSecretsFunction(
  scope: Construct,
  { masterSecretArn, userSecretArns, kmsKeyArns }: BootstrapSecrets,
  target: DefinedFunction,
): DefinedFunction {
  const fn = createDeploymentFunction(scope, 'BootstrapSecrets', {
    description: 'Reads the secrets for Bootstrap, which has no way to them, and invokes it',
    code: bundledCode(folderOf('read-secrets'), (directory) => bundleBootstrapFunction('read-secrets', directory)),
    timeoutSeconds: BOOTSTRAP_LIMITS.secretsFunctionSeconds,
    memoryMB: MEMORY_MB,
  });
  const { functionArn } = target.resources.lambda;
  fn.addEnvironment(SECRETS_ENVIRONMENT.functionArn, functionArn);
  fn.addEnvironment(SECRETS_ENVIRONMENT.masterSecretArn, masterSecretArn);
  const users = Object.values(userSecretArns);
  if (users.length > 0) {
    fn.addEnvironment(SECRETS_ENVIRONMENT.userSecretArns, Stack.of(scope).toJsonString(userSecretArns));
  }

  const permit = (statement: PolicyStatement) => fn.resources.lambda.addToRolePolicy(statement);
  permit(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [masterSecretArn, ...users] }));
  permit(new PolicyStatement({ actions: ['lambda:InvokeFunction', 'lambda:GetFunction'], resources: [functionArn] }));
  if (kmsKeyArns.length > 0) {
    const { region, urlSuffix } = Stack.of(scope);
    permit(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [...kmsKeyArns],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
      }),
    );
  }
  return fn;
}
