/** Describes an environment, which environments.ts fills in, and reports everything that is wrong with one. */
import { z } from 'zod/v4';
import { type Check, type ConfigurationProblem, quote } from './configuration-error.js';
import {
  checkDatabase,
  checkSqlDataSource,
  type DatabaseSettings,
  databaseSchema,
  sqlDataSourceSchema,
} from './database-settings.js';
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
import { checkFirstConnection } from './first-connection.js';
import { acknowledgementsSchema } from './guardrail-names.js';
import { monitoringSchema } from './monitoring-settings.js';
import { checkNetwork, networkSchema } from './network-settings.js';

export { REPLACE_ME } from './configuration-error.js';

export type LimitSettings = Settings<typeof limits>;
const limits = z
  .strictObject({
    /**
     * How many requests each function in the VPC can serve at a time, and so how many connections it can hold. Taken
     * from the account's concurrency (1,000, in some new accounts 10), of which 100 must stay free. 1 to 1000.
     * @default - no reservation @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
     */
    reservedConcurrency: wholeNumber(1, 1000, {
      fix: 'run aws lambda get-account-settings; 100 must stay free for functions without a reservation',
    }).optional(),
  })
  .meta({ expected: 'an object with reservedConcurrency', fix: LEAVE_OUT });

export const environmentSchema = z.strictObject({
  /** The AWS account that this environment is deployed to: 12 digits. A deployment to another account fails. */
  account: text(/^\d{12}$/, {
    expected: 'the 12 digits of an AWS account',
    fix: 'run aws sts get-caller-identity --query Account --output text',
  }),
  /** The region of the VPC and the database, for example `eu-west-1`. A deployment to another region fails. */
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, {
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
  /** Alarms and a dashboard. Not for sandboxes, which have no on-call. @default - none, and logs kept for 30 days */
  monitoring: monitoringSchema.optional(),
  /**
   * What the deletion of this deployment leaves. `retain`: the user pool, and a final snapshot of a created database
   * (`server.deletionProtection` keeps the database itself). `destroy`: nothing. A sandbox always destroys: Amplify sees to it.
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
 * Environments by name. `sandbox` is for every `npx ampx sandbox`; every other name for the branch, or the stage of your
 * own pipeline, of that name. A `*` in a name stands for any text: `feature/*`. An exact name wins over a pattern, and
 * the pattern with more text of its own over the other.
 */
export type Environments = Readonly<Record<string, Environment>>;

export type RemovalPolicySetting = NonNullable<Environment['removalPolicy']>;

/** What the deletion of this deployment leaves: the environment's `removalPolicy`; for a sandbox always `destroy`. */
export function removalPolicyOf(
  { removalPolicy = 'retain' }: Environment,
  { type }: BackendIdentifier,
): RemovalPolicySetting {
  return type === 'sandbox' ? 'destroy' : removalPolicy;
}

const FIELD_HELP = fieldHelp(environmentSchema);

/** The fields of earlier versions, each with the field that takes its place. */
const RENAMED: Readonly<Record<string, FieldHelp>> = {
  'database.proxy.readOnlyEndpoint': {
    expected: 'no such field: no function sent a statement to a read-only endpoint',
    fix: 'remove it; a deployment deletes the endpoint',
  },
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
  const { error } = environmentSchema.safeParse(environment);
  if (error === undefined) {
    const checks = checkConsistency(environment, deployment, target).filter((check) => check !== false);
    return checks.map((check) => {
      const got = quote(valueAt(environment, check.path.split('.')));
      return { got, ...check, path: `${path}.${check.path}` };
    });
  }
  return error.issues.flatMap((issue) => {
    const at = [path, ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys') {
      return { path: at, got: quote(valueAt(environment, issue.path)), ...helpAt(issue.path) };
    }
    // What stands in a field that is not expected might be a password.
    const got = 'a value, not shown here';
    const expected = `no such field: there are ${fieldsBelow(issue.path).join(', ')}`;
    const unknown = { got, expected, fix: 'correct its spelling, or remove it' };
    return issue.keys.map((key) => ({ path: `${at}.${key}`, ...unknown, ...RENAMED[[...issue.path, key].join('.')] }));
  });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}

/** The fields that can stand in the object at `path`, of whatever kind it is. */
function fieldsBelow(path: readonly PropertyKey[]): string[] {
  const steps = patternOf(path);
  const below = Object.keys(FIELD_HELP)
    .map((field) => field.split('.'))
    .filter((field) => field.length > steps.length && steps.every((step, index) => step === field[index]));
  return [...new Set(below.map((field) => field[steps.length] ?? ''))];
}

const patternOf = (path: readonly PropertyKey[]) => path.map((step) => (typeof step === 'number' ? '*' : String(step)));

function helpAt(path: readonly PropertyKey[]) {
  const steps = patternOf(path);
  // The last step may be a key of a record.
  const found = FIELD_HELP[steps.join('.')] ?? FIELD_HELP[[...steps.slice(0, -1), '*'].join('.')];
  return found ?? { expected: 'a field that exists', fix: COMPARE };
}

/** Checks what the values, each of them well-formed, must have in common. */
function checkConsistency(environment: Environment, deployment: BackendIdentifier, target: AccountAndRegion): Check[] {
  const { network, database, sqlDataSource, removalPolicy, monitoring } = environment;
  const isSandbox = deployment.type === 'sandbox';
  return [
    ...checkAccountAndRegion(environment, target),
    ...checkNetwork(network),
    ...checkDatabase(database, network),
    ...checkFirstConnection(network, database),
    database.server?.kind === 'new' &&
      database.server.deletionProtection === true &&
      (isSandbox || removalPolicy === 'destroy') && {
        path: 'database.server.deletionProtection',
        expected: 'nothing: the database goes with this deployment, which protection would make fail half way',
        fix: isSandbox ? 'remove it' : "remove it, or choose removalPolicy: 'retain'",
      },
    ...(sqlDataSource ? checkSqlDataSource(sqlDataSource, network, database) : []),
    isSandbox &&
      monitoring !== undefined && {
        path: 'monitoring',
        expected: 'nothing: nobody is on call for a sandbox, and each one would send its own e-mails',
        fix: 'remove it',
      },
    isSandbox &&
      removalPolicy === 'retain' && {
        path: 'removalPolicy',
        expected: "'destroy', because Amplify deletes everything that a sandbox owns, whatever its template says",
        fix: 'remove it; keep data that matters in a database that the sandbox does not own',
      },
  ];
}

/** Checks that credentials, environment and everything that it names are of one account and region. */
function checkAccountAndRegion(environment: Environment, target: AccountAndRegion): Check[] {
  const { account, region } = environment;
  return [
    target.account !== undefined &&
      target.account !== account && {
        path: 'account',
        expected: `${quote(target.account)}, the account of the AWS credentials in use`,
        fix: `use credentials of account ${account}, for example with AWS_PROFILE; or correct the account here`,
      },
    target.region !== undefined &&
      target.region !== region && {
        path: 'region',
        expected: `${quote(target.region)}, the region that AWS is configured for`,
        fix: `deploy with AWS_REGION=${region}; or correct the region here`,
      },
    ...LOCATED.map((path): Check => {
      const value = valueAt(environment, path.split('.'));
      const located = typeof value === 'string' ? locate(value) : { region };
      return (
        (located.region !== region || (located.account ?? account) !== account) && {
          path,
          expected: `one of account ${account} in ${region}, where this environment is`,
          fix: 'correct it, or the account and region of the environment',
        }
      );
    }),
  ];
}

/** The values that say in which region, and mostly in which account, the thing is that they name. */
const LOCATED = [
  'network.availabilityZones.0',
  'network.availabilityZones.1',
  'database.proxy.proxyArn',
  'database.proxy.endpoint',
  'database.proxy.auth.secretArn',
  'database.proxy.auth.migratorSecretArn',
  'database.proxy.auth.kmsKeyArn',
  'database.server.endpoint',
  'database.server.masterSecretArn',
  'database.server.masterSecretKmsKeyArn',
  'sqlDataSource.secretArn',
];

/**
 * Reads an ARN, a zone `eu-west-1a` or a host name `….<region>.rds.amazonaws.com`, in China
 * `….rds.<region>.amazonaws.com.cn` or with the region before `rds` as well.
 */
function locate(value: string): { region: string | undefined; account?: string | undefined } {
  if (value.startsWith('arn:')) return { region: value.split(':')[3], account: value.split(':')[4] };
  if (!value.includes('.')) return { region: value.slice(0, -1) };
  // The first part is the name that the owner chose, and can look like a region: `pg-main-1`.
  const [, ...parts] = value.split('.');
  return { region: parts.find((part) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(part)) };
}
