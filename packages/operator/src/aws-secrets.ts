/** What `vpc-postgres sql-secret` asks of AWS: whose credentials these are, one secret, and parameters of Amplify's. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export interface StoredParameter {
  readonly value: string;
  readonly isSecure: boolean;
}

export interface AwsSecrets {
  accountId(): Promise<string | undefined>;
  /** @returns nothing for a secret that is no text. */
  readSecret(arn: string): Promise<string | undefined>;
  readParameter(name: string): Promise<StoredParameter | undefined>;
  /** As `ampx sandbox secret set` writes it: encrypted with the key aws/ssm. */
  writeParameter(name: string, value: string, overwrite: boolean): Promise<void>;
}

/** With the credentials at hand. */
export function connectToAws(region: string): AwsSecrets {
  const [sts, secrets, parameters] = [
    new STSClient({ region }),
    new SecretsManagerClient({ region }),
    new SSMClient({ region }),
  ];
  return {
    async accountId() {
      return (await sts.send(new GetCallerIdentityCommand())).Account;
    },
    async readSecret(SecretId) {
      return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    },
    async readParameter(Name) {
      try {
        const { Parameter } = await parameters.send(new GetParameterCommand({ Name, WithDecryption: true }));
        return { value: Parameter?.Value ?? '', isSecure: Parameter?.Type === 'SecureString' };
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },
    async writeParameter(Name, Value, Overwrite) {
      const Description = 'Amplify Secret';
      await parameters.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite, Description }));
    },
  };
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/Credentials|Token|SSO/i, 'Sign in first, for example: aws sso login'],
  [
    /AccessDenied/,
    'Your credentials may not do this. Needed: secretsmanager:GetSecretValue on the secret, kms:Decrypt on its key if it has ' +
      'one of its own, and ssm:GetParameter and ssm:PutParameter on /amplify/*',
  ],
  [/ResourceNotFound/, 'There is no such secret: aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"'],
  [/ParameterAlreadyExists/, 'Somebody else has written the parameter in the meantime. Run it again.'],
];

/** By its name alone: messages of AWS quote the values that it refuses. */
export function explainRefusal(error: unknown): string {
  const name = error instanceof Error ? error.name : 'unknown error';
  const advice = ADVICE.find(([pattern]) => pattern.test(name))?.[1];
  return `It was not done: ${name}.${advice === undefined ? '' : ` ${advice}`}`;
}
