/**
 * `vpc-postgres sql-secret`: copies the RDS secret of the SQL data source from Secrets Manager to where Amplify reads it, as a
 * connection URI, with the certificate authorities beside it. The password is in this process's memory and nowhere else: it is
 * not printed, not an argument of any program, and in no file.
 */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { chooseEnvironment } from '@vpc-postgres/backend/configuration/choose-environment.js';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import type { BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { amplifySecretPath } from './amplify-secret-path.js';
import { connectToAws, explainRefusal } from './aws-secrets.js';
import { authoritiesIn, databaseAuthorities, proxyAuthorities } from './certificate-authorities.js';
import { type ExpectedDatabase, toConnectionUri } from './connection-uri.js';
import { planParameters } from './sql-parameters.js';
import { SqlSecretError } from './sql-secret-error.js';
import { renderSqlSecretReport, type SqlSecretReport } from './sql-secret-report.js';

export interface SqlSecretOptions {
  readonly environment: string;
  /** Of a branch: the id of the app in Amplify Hosting. */
  readonly appId?: string | undefined;
  /** Of a sandbox. @default - the user's name */
  readonly identifier?: string | undefined;
  /** @default - the environment's sqlDataSource.secretArn */
  readonly secretArn?: string | undefined;
  /** Certificates in PEM. @default - those of the environment's proxy, or of RDS in its region */
  readonly caFile?: string | undefined;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const POSTGRES_PORT = 5432;

/**
 * @returns what was done, to print
 * @throws SqlSecretError or ConfigurationError without any secret in its message
 */
export async function copySqlSecret(options: SqlSecretOptions): Promise<string> {
  try {
    const report = await copySecret(options);
    return options.json ? JSON.stringify(report, null, 2) : renderSqlSecretReport(report);
  } catch (error) {
    if (error instanceof SqlSecretError || error instanceof ConfigurationError) throw error;
    // AWS quotes what it rejects, and Node.js what it cannot parse: of any other error only the name is shown.
    throw new SqlSecretError(explainRefusal(error));
  }
}

async function copySecret(options: SqlSecretOptions): Promise<SqlSecretReport> {
  const deployment = identify(options.environment, options);
  const environments = await loadEnvironments();
  const choose = (account: string | undefined) =>
    chooseEnvironment(environments, deployment, { account, region: undefined });
  const environment = choose(undefined);
  const secretArn = secretOf(options.environment, environment, options.secretArn);
  const authorities = authoritiesFor(environment, options.caFile);

  const aws = connectToAws(environment.region);
  // What is written to another account would be somebody else's to read, and no deployment's.
  choose(await aws.accountId());
  const mapped = toConnectionUri(await aws.readSecret(secretArn), expectedDatabase(environment));
  if ('problems' in mapped) throw unusable(secretArn, mapped.problems);

  const pathOf = (secret: string) => amplifySecretPath(deployment, secret);
  const plan = await planParameters(aws, pathOf, { uri: mapped.uri, authorities, replace: options.replace });
  if (!options.dryRun) for (const parameter of plan) await parameter.write();
  return {
    environment: options.environment,
    dryRun: options.dryRun,
    secretArn,
    parameters: plan.map(({ name, change }) => ({ name, change })),
    switchedOn: environment.sqlDataSource !== undefined,
    deployment,
  };
}

/** As ampx names it: `sandbox` is deployed as a sandbox, any other environment as the branch of its name. */
export function identify(name: string, options: Pick<SqlSecretOptions, 'appId' | 'identifier'>): BackendIdentifier {
  if (name === 'sandbox') {
    const { name: namespace }: { name: string } = JSON.parse(readFileSync('package.json', 'utf8'));
    return { type: 'sandbox', namespace, name: options.identifier ?? userInfo().username };
  }
  const namespace = options.appId;
  if (namespace !== undefined && /^d[0-9a-z]+$/.test(namespace)) return { type: 'branch', namespace, name };
  throw new SqlSecretError(
    `${namespace === undefined ? '--app-id is missing' : `--app-id is ${JSON.stringify(namespace)}`}. Expected the id of the ` +
      'app in Amplify Hosting, d and letters and digits: aws amplify list-apps --query "apps[].[name,appId]"',
  );
}

function secretOf(name: string, { account, region, sqlDataSource }: Environment, given: string | undefined): string {
  const arn = given ?? sqlDataSource?.secretArn;
  if (arn === undefined) {
    throw new SqlSecretError(
      `The environment ${name} has no sqlDataSource. Add one to amplify/environments.ts, or --secret-arn ARN.`,
    );
  }
  const [, , service, ofRegion, ofAccount] = arn.split(':');
  if (service === 'secretsmanager' && ofRegion === region && ofAccount === account) return arn;
  throw new SqlSecretError(
    `--secret-arn is ${JSON.stringify(arn)}. Expected a secret of account ${account} in ${region}: ` +
      'aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"',
  );
}

function authoritiesFor({ region, database: { proxy } }: Environment, file: string | undefined): string {
  if (file !== undefined) return authoritiesIn(file);
  return proxy.kind === 'existing' ? proxyAuthorities() : databaseAuthorities(region);
}

/** As packages/backend/src/database lets the data source go: to the existing proxy, or to the database itself. */
export function expectedDatabase({ database: { user, migrator, proxy, server } }: Environment): ExpectedDatabase {
  const functionUsers = migrator === undefined ? [user] : [user, migrator];
  if (proxy.kind === 'existing') return { functionUsers, host: proxy.endpoint, port: POSTGRES_PORT };
  if (server === undefined || server.kind === 'new') return { functionUsers, port: POSTGRES_PORT };
  return { functionUsers, host: server.endpoint, port: server.port ?? POSTGRES_PORT };
}

function unusable(secretArn: string, problems: readonly string[]): SqlSecretError {
  return new SqlSecretError(
    [
      `The secret ${secretArn} cannot be used:`,
      ...problems.map((problem) => `  ${problem}`),
      'Correct it in the console of Secrets Manager, which keeps its values out of your shell’s history.',
    ].join('\n'),
  );
}
