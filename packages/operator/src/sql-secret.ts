/**
 * `npm run sql:secret`: copies the RDS secret of the SQL data source from Secrets Manager to where Amplify reads it, as a
 * connection URI, with the certificate authorities beside it. The password is in this process's memory and nowhere else: it is
 * not printed, not an argument of any program, and in no file.
 */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
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

const USAGE = `Usage: npm run sql:secret -- --environment NAME [options]

Copies the RDS secret of the SQL data source (packages/backend/docs/sql-data-source.md) from Secrets Manager to the two parameters that Amplify
reads: SQL_CONNECTION_URI and SQL_CERTIFICATE_AUTHORITY. Run it again after each change of the password. Prints no secret.

  --environment NAME   a deployed environment of amplify/environments.ts, or a branch that one of their patterns is meant for
  --app-id ID          for a branch: the id of the app in Amplify Hosting (default: AWS_APP_ID)
  --identifier NAME    for a sandbox: what you give to npx ampx sandbox --identifier (default: your user name)
  --secret-arn ARN     the secret, if not the environment's sqlDataSource.secretArn
  --ca-file FILE       the certificate authorities in PEM, at most 4096 bytes (default: those of the environment's proxy,
                       or of RDS in its region)
  --replace            replaces parameters that lead to another host, role or database, or trust another authority
  --dry-run            reads and checks everything, and writes nothing
  --json               prints what was done as one JSON object
  --help               shows this text`;

const OPTIONS = {
  environment: { type: 'string' },
  'app-id': { type: 'string' },
  identifier: { type: 'string' },
  'secret-arn': { type: 'string' },
  'ca-file': { type: 'string' },
  replace: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Options = ReturnType<typeof parse>;

const POSTGRES_PORT = 5432;

async function main(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return console.log(USAGE);
  const report = await copySecret(options);
  console.log(options.json ? JSON.stringify(report, null, 2) : renderSqlSecretReport(report));
}

async function copySecret(options: Options): Promise<SqlSecretReport> {
  if (options.environment === undefined) throw new SqlSecretError(`--environment is missing.\n\n${USAGE}`);
  const deployment = identify(options.environment, options);
  const environments = await loadEnvironments();
  const choose = (account: string | undefined) =>
    chooseEnvironment(environments, deployment, { account, region: undefined });
  const environment = choose(undefined);
  const secretArn = secretOf(options.environment, environment, options['secret-arn']);
  const authorities = authoritiesFor(environment, options['ca-file']);

  const aws = connectToAws(environment.region);
  // What is written to another account would be somebody else's to read, and no deployment's.
  choose(await aws.accountId());
  const mapped = toConnectionUri(await aws.readSecret(secretArn), expectedDatabase(environment));
  if ('problems' in mapped) throw unusable(secretArn, mapped.problems);

  const pathOf = (secret: string) => amplifySecretPath(deployment, secret);
  const plan = await planParameters(aws, pathOf, { uri: mapped.uri, authorities, replace: options.replace });
  if (!options['dry-run']) for (const parameter of plan) await parameter.write();
  return {
    environment: options.environment,
    dryRun: options['dry-run'],
    secretArn,
    parameters: plan.map(({ name, change }) => ({ name, change })),
    switchedOn: environment.sqlDataSource !== undefined,
    deployment,
  };
}

/** As ampx names it: `sandbox` is deployed as a sandbox, any other environment as the branch of its name. */
function identify(name: string, options: Options): BackendIdentifier {
  if (name === 'sandbox') {
    const { name: namespace }: { name: string } = JSON.parse(readFileSync('package.json', 'utf8'));
    return { type: 'sandbox', namespace, name: options.identifier ?? userInfo().username };
  }
  const namespace = options['app-id'] ?? process.env.AWS_APP_ID;
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
function expectedDatabase({ database: { user, migrator, proxy, server } }: Environment): ExpectedDatabase {
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

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (cause) {
    throw new SqlSecretError(`${(cause as Error).message}\n\n${USAGE}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // AWS quotes what it refuses, and Node.js what it cannot parse: of an error that is not ours only the name is shown.
  const told = error instanceof SqlSecretError || error instanceof ConfigurationError;
  console.error(told ? error.message : explainRefusal(error));
  process.exitCode = 1;
}
