import { DatabaseError } from 'pg';
import { expect, test, vi } from 'vitest';
import { connectWithRetry } from '../../../../src/database/migrate/connect.js';

const SETTINGS = {
  host: 'proxy.example',
  port: 5432,
  database: 'app',
  user: 'migrator',
  region: 'eu-west-1',
  credentials: () => ({ accessKeyId: 'x', secretAccessKey: 'x' }),
};
const PAUSE = { applicationName: 'test', pauseMillis: 10 };

const unreachable = () => Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
const refused = () =>
  Object.assign(new DatabaseError('PAM authentication failed', 1, 'error'), { code: '28000', severity: 'FATAL' });

test('a login that is refused is retried, counted from when a proxy that was not reachable refuses it', async () => {
  const attempt = vi.fn().mockImplementation(async () => {
    // The proxy is reachable after a time in which a login would have been refused for too long.
    throw attempt.mock.calls.length <= 10 ? unreachable() : refused();
  });

  await expect(
    connectWithRetry(SETTINGS, { ...PAUSE, unreachableMillis: 60_000, refusedMillis: 50, attempt }),
  ).rejects.toThrow('The user migrator was refused at proxy.example:5432, database app: PAM authentication failed');

  expect(attempt.mock.calls.length).toBeGreaterThan(11);
});

test('a proxy that is not reachable is tried until its time is up, and the reason names where to look', async () => {
  const attempt = vi.fn().mockImplementation(() => Promise.reject(unreachable()));

  await expect(
    connectWithRetry(SETTINGS, { ...PAUSE, unreachableMillis: 50, refusedMillis: 60_000, attempt }),
  ).rejects.toThrow('There was no connection to proxy.example:5432, database app: connect ECONNREFUSED');

  expect(attempt.mock.calls.length).toBeGreaterThan(1);
});
