/** Describes an environment, which environments.ts fills in, and reports everything that is wrong with one. */
import { z } from 'zod/v4';
import { type ConfigurationProblem, problemsAmong, quote } from './configuration-error.js';
import { checkDatabase, type DatabaseSettings, databaseSchema } from './database-settings.js';
import type { AccountAndRegion, BackendIdentifier } from './deployment.js';
import {
  COMPARE,
  type FieldHelp,
  fieldHelp,
  LEAVE_OUT,
  oneWordOf,
  type Settings,
  text,
  wholeNumber,
} from './fields.js';
import { acknowledgementsSchema } from './guardrail-names.js';
import { monitoringSchema } from './monitoring-settings.js';
import { checkNetwork, networkSchema } from './network-settings.js';
import { checkSqlDataSource, sqlDataSourceSchema } from './sql-data-source-settings.js';

export { REPLACE_ME } from './configuration-error.js';

export type LimitSettings = Settings<typeof limits>;
const limits = z
  .strictObject({
    /**
     * How many requests each function in the VPC may serve at the same time, and so how many connections it can hold.
     * It is taken from the account's concurrency (1,000 by default, 10 in some new accounts), of which 100 must stay
     * free. 1 to 1000. @default - no reservation
     * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
     */
    reservedConcurrency: wholeNumber(1, 1000)
      .meta({ fix: 'run aws lambda get-account-settings; 100 must stay free for functions without a reservation' })
      .optional(),
  })
  .meta({ expected: 'an object with reservedConcurrency', fix: LEAVE_OUT });

export const environmentSchema = z.strictObject({
  /**
   * The AWS account that this environment is deployed to: 12 digits. A deployment with credentials of another account
   * is refused.
   */
  account: text(/^\d{12}$/).meta({
    expected: 'the 12 digits of an AWS account',
    fix: 'run aws sts get-caller-identity --query Account --output text',
  }),
  /**
   * The region of the VPC and the database, for example `eu-west-1`. A deployment to another region is refused.
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RegionsAndAvailabilityZones.html
   */
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/).meta({
    expected: 'the region of the VPC, for example eu-west-1',
    fix: 'run aws configure get region',
  }),
  /** Where the functions live and what they can reach. */
  network: networkSchema,
  /** Which PostgreSQL the functions use, and how they get to it. */
  database: databaseSchema,
  /**
   * Amplify Data on SQL: models and queries without code, at the price of a database password. See
   * packages/backend/docs/sql-data-source.md before switching it on. @default - none
   */
  sqlDataSource: sqlDataSourceSchema.optional(),
  /** @default - the account's own limits */
  limits: limits.optional(),
  /** Alarms and a dashboard. Not for sandboxes: nobody is on call for them. @default - none, and logs kept for 30 days */
  monitoring: monitoringSchema.optional(),
  /**
   * What happens to the users of the user pool and to a created database when this deployment is deleted. `retain`: the
   * user pool stays, the database leaves a final snapshot, and neither can be deleted by mistake. `destroy`: both go for
   * good. A sandbox always deletes: Amplify turns every retention of a sandbox into a deletion.
   * @default 'retain' for branches, 'destroy' for sandboxes
   */
  removalPolicy: oneWordOf(['retain', 'destroy']).optional(),
  /** Guardrails that this environment breaks on purpose, each with the reason. @default - none */
  acknowledgements: acknowledgementsSchema.optional(),
});

export interface Environment extends Settings<typeof environmentSchema> {
  readonly database: DatabaseSettings;
}

/**
 * Environments by name. `sandbox` is for `npx ampx sandbox`, whoever runs it; every other name for the branch, or the
 * stage of your own pipeline, of that name. A `*` in a name stands for any text: `feature/*`. An exact name wins over a
 * pattern, and the pattern with more text of its own over the other.
 */
export type Environments = Readonly<Record<string, Environment>>;

/** Whether users and a created database outlive the deployment. A sandbox keeps nothing, whatever its template says. */
export function keepsData({ removalPolicy = 'retain' }: Environment, { type }: BackendIdentifier): boolean {
  return type !== 'sandbox' && removalPolicy === 'retain';
}

const FIELD_HELP = fieldHelp(environmentSchema);

/** The fields of earlier versions, each with the field that takes its place. */
const RENAMED: Readonly<Record<string, FieldHelp>> = {
  'network.subnets.group': { expected: 'no such field: it is subnetGroupName now', fix: 'rename it' },
  onDelete: {
    expected: "no such field: it is removalPolicy now, 'retain' or 'destroy'",
    fix: "write removalPolicy: 'retain' for 'keep', removalPolicy: 'destroy' for 'delete'",
  },
};

/** All problems of the environment at `path`, in the order of its fields; none when it can be deployed to `target`. */
export function validateEnvironment(
  path: string,
  environment: Environment,
  deployment: BackendIdentifier,
  target: AccountAndRegion,
): ConfigurationProblem[] {
  const { success, error } = environmentSchema.safeParse(environment);
  if (success) {
    const problems = checkConsistency(environment, deployment, target);
    return problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));
  }
  return error.issues.flatMap((issue) => {
    const at = [path, ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys') {
      return { path: at, got: quote(valueAt(environment, issue.path)), ...helpAt(issue.path) };
    }
    // What stands in a field that nobody foresaw may be a password.
    const rest = {
      got: 'a value, not shown here',
      expected: 'no such field',
      fix: 'correct its spelling, or remove it',
    };
    return issue.keys.map((key) => ({ path: `${at}.${key}`, ...rest, ...RENAMED[[...issue.path, key].join('.')] }));
  });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}

function helpAt(path: readonly PropertyKey[]) {
  const steps = path.map((step) => (typeof step === 'number' ? '*' : String(step)));
  // The last step may be a key of a record.
  const found = FIELD_HELP[steps.join('.')] ?? FIELD_HELP[[...steps.slice(0, -1), '*'].join('.')];
  return found ?? { expected: 'a field that exists', fix: COMPARE };
}

/** Checks what the values, each of them well-formed, must have in common. */
function checkConsistency(
  environment: Environment,
  deployment: BackendIdentifier,
  target: AccountAndRegion,
): ConfigurationProblem[] {
  const { network, database, sqlDataSource } = environment;
  return [
    ...checkAccountAndRegion(environment, target),
    ...checkNetwork(network),
    ...checkDatabase(database, network),
    ...(sqlDataSource ? checkSqlDataSource(sqlDataSource, network, database) : []),
    ...(deployment.type === 'sandbox' ? checkSandbox(environment) : []),
  ];
}

function checkSandbox({ removalPolicy, monitoring }: Environment): ConfigurationProblem[] {
  return problemsAmong([
    monitoring !== undefined && {
      path: 'monitoring',
      got: quote(monitoring),
      expected: 'nothing: nobody is on call for a sandbox, and each one would send its own e-mails',
      fix: 'remove it',
    },
    removalPolicy === 'retain' && {
      path: 'removalPolicy',
      got: quote(removalPolicy),
      expected: "'destroy', because Amplify deletes everything that a sandbox owns, whatever its template says",
      fix: 'remove it; keep data that matters in a database that the sandbox does not own',
    },
  ]);
}

/** Checks that credentials, environment and everything that it names are of one account and region. */
function checkAccountAndRegion(environment: Environment, target: AccountAndRegion): ConfigurationProblem[] {
  const { account, region } = environment;
  const elsewhere = locatedValues(environment).filter(
    (located) => located.region !== region || (located.account ?? account) !== account,
  );
  return problemsAmong([
    target.account !== undefined &&
      target.account !== account && {
        path: 'account',
        got: quote(account),
        expected: `${quote(target.account)}, the account of the AWS credentials in use`,
        fix: `use credentials of account ${account}, for example with AWS_PROFILE; or correct the account here`,
      },
    target.region !== undefined &&
      target.region !== region && {
        path: 'region',
        got: quote(region),
        expected: `${quote(target.region)}, the region that AWS is configured for`,
        fix: `deploy with AWS_REGION=${region}; or correct the region here`,
      },
    ...elsewhere.map(({ path, value }) => ({
      path,
      got: quote(value),
      expected: `one of account ${account} in ${region}, where this environment is`,
      fix: 'correct it, or the account and region of the environment',
    })),
  ]);
}

/** The values that say in which region, and mostly in which account, the thing is that they name. */
function locatedValues({ network, database: { proxy, server }, sqlDataSource }: Environment) {
  const zones = network.kind === 'new' ? network.availabilityZones : undefined;
  const owned = proxy.kind === 'existing' ? proxy : undefined;
  const auth = proxy.kind === 'new' && proxy.auth.kind === 'secret' ? proxy.auth : undefined;
  const values: readonly [path: string, value: string | undefined, locate: (value: string) => LocatedValue][] = [
    ['network.availabilityZones.0', zones?.[0], locateZone],
    ['network.availabilityZones.1', zones?.[1], locateZone],
    ['database.proxy.proxyArn', owned?.proxyArn, locateArn],
    ['database.proxy.endpoint', owned?.endpoint, locateEndpoint],
    ['database.proxy.readOnlyEndpoint', owned?.readOnlyEndpoint, locateEndpoint],
    ['database.proxy.auth.secretArn', auth?.secretArn, locateArn],
    ['database.proxy.auth.migratorSecretArn', auth?.migratorSecretArn, locateArn],
    ['database.proxy.auth.kmsKeyArn', auth?.kmsKeyArn, locateArn],
    ['database.server.endpoint', server?.kind === 'new' ? undefined : server?.endpoint, locateEndpoint],
    ['sqlDataSource.secretArn', sqlDataSource?.secretArn, locateArn],
  ];
  return values.flatMap(([path, value, locate]) => (value === undefined ? [] : [{ path, value, ...locate(value) }]));
}

type LocatedValue = { readonly region: string | undefined; readonly account?: string | undefined };

const locateArn = (arn: string): LocatedValue => ({ region: arn.split(':')[3], account: arn.split(':')[4] });

/** `eu-west-1a` */
const locateZone = (zone: string): LocatedValue => ({ region: zone.slice(0, -1) });

/** `….<region>.rds.amazonaws.com`, in China `….rds.<region>.amazonaws.com.cn` or with the region before `rds` as well. */
const locateEndpoint = (endpoint: string): LocatedValue => ({
  region: endpoint.split('.').find((part) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(part)),
});
