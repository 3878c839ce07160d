/** Which secrets `--secret-keys` reads, and the statements of an IAM policy that permit those and no other. */
import type { DBProxy } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { amplifySecretPath } from '../amplify-secret-path.js';
import { type DeploymentOptions, parameterFolders } from '../aws/amplify-stack.js';
import { type PolicyStatement, partitionOf } from '../aws/policy.js';
import { identify } from '../sql-secret.js';
import type { AccountAnswers } from './facts.js';
import { proxyOf } from './resolve.js';

/** The parameter with the connection URI, as `vpc-postgres sql-secret` writes it. */
const CONNECTION_PARAMETER = 'SQL_CONNECTION_URI';

export interface SecretReads {
  /** The secret of each database user. Without a user where only its value says whose it is. */
  readonly logins: readonly { readonly arn: string; readonly user: string | undefined }[];
  readonly sql:
    | {
        readonly arn: string;
        /** Where Amplify looks, in its order. None before the first deployment of an app whose id is not known. */
        readonly parameters: readonly string[];
      }
    | undefined;
}

/** Never the master user's: RDS makes that secret itself, and it permits everything. */
export function planSecretReads(
  environment: Environment,
  deployment: DeploymentOptions,
  { stacks, resources, proxies }: Pick<AccountAnswers, 'stacks' | 'resources' | 'proxies'>,
): SecretReads {
  const proxy =
    proxies.ok && resources.ok
      ? proxyOf({ environment, proxies: proxies.value, resources: resources.value })
      : undefined;
  const { sqlDataSource } = environment;
  const [stack, second] = stacks.ok ? stacks.value : [];
  const stackName = second === undefined ? stack?.StackName : undefined;
  return {
    logins: loginsOf(environment, proxy),
    sql: sqlDataSource && {
      arn: sqlDataSource.secretArn,
      parameters: parametersOf(deployment, stackName),
    },
  };
}

function loginsOf({ database, sqlDataSource }: Environment, proxy: DBProxy | undefined): SecretReads['logins'] {
  const { user, migrator } = database;
  if (namesItsSecrets(database)) {
    const { secretArn, migratorSecretArn } = database.proxy.auth;
    return [
      { arn: secretArn, user },
      ...(migratorSecretArn === undefined ? [] : [{ arn: migratorSecretArn, user: migrator }]),
    ];
  }
  const arns = (proxy?.Auth ?? []).flatMap(({ SecretArn }) => SecretArn ?? []);
  return [...new Set(arns)].filter((arn) => arn !== sqlDataSource?.secretArn).map((arn) => ({ arn, user: undefined }));
}

type NamedSecrets = Environment['database'] & {
  readonly proxy: { readonly auth: { readonly secretArn: string; readonly migratorSecretArn?: string | undefined } };
};

function namesItsSecrets(database: Environment['database']): database is NamedSecrets {
  const { proxy } = database;
  return proxy.kind === 'new' && proxy.auth.kind === 'secret' && proxy.auth.secretArn !== undefined;
}

function parametersOf(deployment: DeploymentOptions, stackName: string | undefined): string[] {
  if (stackName !== undefined) return parameterFolders(stackName).map((folder) => `${folder}/${CONNECTION_PARAMETER}`);
  const { environment, appId } = deployment;
  if (environment !== 'sandbox' && appId === undefined) return [];
  return [amplifySecretPath(identify(environment, deployment), CONNECTION_PARAMETER)];
}

/** Whether the account must be asked which secrets these are. */
export function needsAccount({ database, sqlDataSource }: Environment): boolean {
  return sqlDataSource !== undefined || (database.proxy.kind !== 'none' && !namesItsSecrets(database));
}

export interface SecretResources {
  /** ARNs. */
  readonly secrets: readonly string[];
  /** ARNs of secrets that have a KMS key of their own, or can have one. */
  readonly encryptedSecrets: readonly string[];
  /** Names. */
  readonly parameters: readonly string[];
  readonly encryptedParameters: readonly string[];
}

/** Each statement names the secrets themselves. The keys are named by what they decrypt. */
export function secretStatements(
  { account, region }: Pick<Environment, 'account' | 'region'>,
  { secrets, encryptedSecrets, parameters, encryptedParameters }: SecretResources,
): PolicyStatement[] {
  const partition = partitionOf(region);
  const parameterArn = (name: string) => `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
  const key = `arn:${partition}:kms:${region}:*:key/*`;
  const decrypt = (Sid: string, service: string, context: string, arns: readonly string[]): PolicyStatement => ({
    Sid,
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: key,
    Condition: {
      StringEquals: {
        'kms:ViaService': `${service}.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
        [`kms:EncryptionContext:${context}`]: arns,
      },
    },
  });
  const statements: readonly (PolicyStatement | false)[] = [
    secrets.length > 0 && {
      Sid: 'ReadSecretsOfDatabaseUsers',
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue'],
      Resource: secrets,
    },
    encryptedSecrets.length > 0 &&
      decrypt('DecryptSecretsOfDatabaseUsers', 'secretsmanager', 'SecretARN', encryptedSecrets),
    parameters.length > 0 && {
      Sid: 'ReadSqlConnection',
      Effect: 'Allow',
      Action: ['ssm:GetParameter'],
      Resource: parameters.map(parameterArn),
    },
    encryptedParameters.length > 0 &&
      decrypt('DecryptSqlConnection', 'ssm', 'PARAMETER_ARN', encryptedParameters.map(parameterArn)),
  ];
  return statements.filter((statement) => statement !== false);
}
