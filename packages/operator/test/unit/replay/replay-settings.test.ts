import type { Parameter } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { exampleEnvironment, existingInstance, withDatabase } from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import type { Deployed } from '../../../src/replay/read-deployed.js';
import { toReplay } from '../../../src/replay/replay-settings.js';

const parameter = (ParameterName: string, ParameterValue: string, Source = 'user'): Parameter => ({
  ParameterName,
  ParameterValue,
  Source,
});

const deployed = (parameters: readonly Parameter[] = [], changed: Partial<Deployed> = {}): Deployed => ({
  proxy: { IdleClientTimeout: 300, RequireTLS: true },
  targetGroup: {
    ConnectionPoolConfig: { ConnectionBorrowTimeout: 2, MaxConnectionsPercent: 70, MaxIdleConnectionsPercent: 35 },
  },
  database: { cluster: undefined, instances: [{ EngineVersion: '16.4' }] },
  parameters: [parameter('max_connections', '200'), ...parameters],
  refusals: [],
  ...changed,
});

const replay = (parameters?: readonly Parameter[], changed?: Partial<Deployed>) =>
  toReplay('main', exampleEnvironment, deployed(parameters, changed));

test('what the proxy and the database are set to becomes the settings of the local pool and of PostgreSQL', () => {
  const { settings } = replay([
    parameter('statement_timeout', '10000'),
    parameter('superuser_reserved_connections', '5'),
    parameter('idle_in_transaction_session_timeout', '86400000', 'system'),
  ]);

  expect(settings).toEqual({
    environment: 'main',
    engineVersion: '16.4',
    pool: {
      maxConnections: 200,
      reservedConnections: 5,
      maxConnectionsPercent: 70,
      maxIdleConnectionsPercent: 35,
      connectionBorrowTimeoutSeconds: 2,
      idleClientTimeoutSeconds: 300,
    },
    parameters: { statement_timeout: '10000', idle_in_transaction_session_timeout: '86400000' },
  });
});

test('a default of PostgreSQL is not set again, and a parameter of AWS or of the machine is named and not set', () => {
  const { settings, notTakenOver } = replay([
    parameter('lock_timeout', '0', 'engine-default'),
    parameter('rds.force_ssl', '1'),
    parameter('shared_preload_libraries', 'pg_stat_statements'),
    parameter('rds.rds_superuser_reserved_connections', '2', 'system'),
  ]);

  expect(settings.parameters).toEqual({});
  expect(notTakenOver).toContain(
    'Parameters of the group that are about AWS or the machine: rds.force_ssl, shared_preload_libraries.',
  );
});

test('a number that RDS computes from the memory is not guessed', () => {
  const formula = 'LEAST({DBInstanceClassMemory/9531392},5000)';
  const { settings, notTakenOver } = replay([], { parameters: [parameter('max_connections', formula, 'system')] });

  expect(settings.pool).not.toHaveProperty('maxConnections');
  expect(notTakenOver[0]).toContain(`RDS computes it from the memory of the instance, ${formula}`);
  expect(notTakenOver[0]).toContain('--max-connections N');
});

test('then the number of the environment is taken, if it has one', () => {
  const environment = withDatabase({ server: existingInstance, proxy: { kind: 'new', auth: { kind: 'iam' } } });
  const { settings } = toReplay('main', environment, deployed([], { parameters: [] }));

  expect(settings.pool.maxConnections).toBe(200);
});

test.each([
  [
    'no proxy',
    { proxy: undefined, targetGroup: undefined },
    withDatabase({ server: existingInstance, proxy: { kind: 'none' } }),
    /^No proxy/,
  ],
  [
    'an init query',
    { targetGroup: { ConnectionPoolConfig: { InitQuery: 'SET x = 1' } } },
    exampleEnvironment,
    /^InitQuery/,
  ],
  ['a proxy without TLS', { proxy: { RequireTLS: false } }, exampleEnvironment, /^RequireTLS is off/],
  [
    'a reboot that is due',
    {
      database: {
        cluster: undefined,
        instances: [{ DBParameterGroups: [{ ParameterApplyStatus: 'pending-reboot' }] }],
      },
    },
    exampleEnvironment,
    /waits for a reboot/,
  ],
] satisfies [string, Partial<Deployed>, Environment, RegExp][])('%s is said', (_what, changed, environment, text) => {
  const said = toReplay('main', environment, deployed([], changed)).notTakenOver;

  expect(said).toContainEqual(expect.stringMatching(text));
  expect(replay().notTakenOver).not.toContainEqual(expect.stringMatching(text));
});
