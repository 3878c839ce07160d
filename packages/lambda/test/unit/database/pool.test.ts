import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { createPool } from '../../../src/database/pool.js';
import { POOL_LIMITS } from '../../../src/database/pool-limits.js';

const SETTINGS = {
  host: 'localhost',
  port: 1,
  database: 'app',
  user: 'app',
  region: 'eu-west-1',
  credentials: () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'a-secret' }),
};

let pool: pg.Pool;
afterEach(() => pool.end());

function create() {
  pool = createPool(SETTINGS, { applicationName: 'orders-api', onIdleError: () => {} });
  return pool;
}

test('verifies the server certificate, with Node’s own roots', () => {
  expect(create().options.ssl).toEqual({ rejectUnauthorized: true });
});

test('sends no startup parameter that RDS Proxy refuses', () => {
  const { options } = create();

  for (const refused of [
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'options',
    'replication',
  ]) {
    expect(options).not.toHaveProperty(refused);
  }
});

test('waits for nothing without a bound, in the order client < Lambda', () => {
  const lambdaTimeoutMillis = 15_000;

  expect(POOL_LIMITS.connectionTimeoutMillis + POOL_LIMITS.queryTimeoutMillis).toBeLessThan(lambdaTimeoutMillis);
  expect(create().options).toMatchObject({
    connectionTimeoutMillis: 4_000,
    query_timeout: 8_000,
    maxLifetimeSeconds: 600,
    max: 1,
  });
});

test('signs the password anew for each connection', () => {
  expect(create().options.password).toBeTypeOf('function');
});

test('listens for connections that break while idle', () => {
  expect(create().listenerCount('error')).toBe(1);
});
