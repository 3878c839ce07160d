/** Changes outside network and database. */
import { SQL_SECRET_ARN, withSqlDataSource } from '@vpc-postgres/testing/support/environments.js';
import type { Environment } from '../../../src/configuration/environment.js';
import { type Change, group } from './change.js';

type Field = Exclude<keyof Environment, 'network' | 'database'>;

/** @param path Of a field in it. @default - the field itself */
function set<Name extends Field>(
  [field, ...path]: [Name, ...string[]],
  words: string,
  value: Environment[Name] | undefined,
  before?: Change['before'],
): Change {
  return {
    field: [field, ...path].join('.'),
    change: words,
    apply: (environment) => ({ ...environment, [field]: value }) as Environment,
    ...(before && { before }),
  };
}

const MONITORING = { alarmEmails: ['on-call@example.com'], logRetentionDays: 365 } as const;
const DATA_LOSS = { guardrail: 'data-loss', reason: 'Nothing in the database of this environment matters.' } as const;
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/sql-data-source-AbC123';

const withMonitoring = (environment: Environment): Environment => ({ ...environment, monitoring: MONITORING });
const withoutRetention = (environment: Environment): Environment => ({
  ...environment,
  removalPolicy: 'destroy',
  acknowledgements: [DATA_LOSS],
});
/** Amplify's data source needs a VPC that exists, and takes connections of the database. */
const withSql = (environment: Environment) =>
  environment.network.kind === 'existing'
    ? withSqlDataSource({ ...environment, limits: { reservedConcurrency: 20 } })
    : undefined;

export const environmentChanges: readonly Change[] = [
  set(['account'], 'to another account', '444455556666'),
  set(['region'], 'to another region', 'eu-central-1'),
  set(['limits'], 'removed', undefined),
  set(['limits', 'reservedConcurrency'], '50 to 20', { reservedConcurrency: 20 }),
  set(['limits', 'reservedConcurrency'], '50 to 300', { reservedConcurrency: 300 }),
  set(['monitoring'], 'added', MONITORING),
  set(['monitoring'], 'removed, where logs are kept for 365 days', undefined, withMonitoring),
  set(
    ['monitoring', 'alarmEmails'],
    'to another address',
    { ...MONITORING, alarmEmails: ['second-level@example.com'] },
    withMonitoring,
  ),
  set(['monitoring', 'logRetentionDays'], '365 to 90', { ...MONITORING, logRetentionDays: 90 }, withMonitoring),
  set(['monitoring', 'logRetentionDays'], '365 to 731', { ...MONITORING, logRetentionDays: 731 }, withMonitoring),
  set(
    ['monitoring', 'thresholds'],
    'added',
    { ...MONITORING, thresholds: { lambdaErrorsInFiveMinutes: 30, sessionPinnedConnections: 10 } },
    withMonitoring,
  ),
  set(['removalPolicy'], "'retain' to 'destroy'", 'destroy'),
  set(['removalPolicy'], "'destroy' to 'retain'", 'retain', withoutRetention),
  set(['sqlDataSource'], 'added', { secretArn: SQL_SECRET_ARN }),
  set(['sqlDataSource'], 'removed', undefined, withSql),
  set(['sqlDataSource', 'secretArn'], 'to another secret', { secretArn: OTHER_SECRET }, withSql),
  set(['sqlDataSource', 'securityGroup'], 'added', { secretArn: SQL_SECRET_ARN, securityGroup: group('d') }, withSql),
  set(['acknowledgements'], 'added', [DATA_LOSS]),
];
