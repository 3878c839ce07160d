import { expect, test } from 'vitest';
import { createProxyEventFormatter } from '../../src/format-proxy-event.js';
import { pinReason } from '../../src/rds-proxy/pinning/reasons.js';
import type { RdsProxyEvent } from '../../src/rds-proxy/server.js';

const SESSION = { connectionId: 1, user: 'app', database: 'app', durationMillis: 20 };

function pinned(statement: string): RdsProxyEvent {
  const pin = { ...pinReason('set', 'SET work_mem'), statement, user: 'app', database: 'app', count: 1 };
  return { type: 'pinned', pin };
}

test('a statement that pins is printed with reason and fix, and how many there are so far', () => {
  const render = createProxyEventFormatter();

  expect(render(pinned('set work_mem = 0'))?.split('\n')).toEqual([
    'RDS Proxy would pin the session of app (1 statement so far): SET work_mem',
    '  statement: set work_mem = 0',
    expect.stringMatching(/^ {2}reason: {4}SQL changed session settings/),
    expect.stringMatching(/^ {2}fix: {7}Set it on the role/),
  ]);
  expect(render(pinned('set work_mem = DEFAULT'))).toContain('(2 statements so far)');
});

test('each stack counts its own', () => {
  createProxyEventFormatter()(pinned('set work_mem = 0'));

  expect(createProxyEventFormatter()(pinned('set work_mem = 0'))).toContain('(1 statement so far)');
});

test('a refused connection is printed with what the client received, and with what it did not', () => {
  const render = createProxyEventFormatter();
  const refused = { type: 'refused', connectionId: 1, user: 'app', code: '28P01' } as const;

  expect(render({ ...refused, message: 'The IAM authentication failed.', reason: 'the token has expired' })).toBe(
    'RDS Proxy refused a connection: The IAM authentication failed. the token has expired',
  );
  expect(render({ ...refused, message: 'TLS, please.', reason: 'TLS, please.' })).toBe(
    'RDS Proxy refused a connection: TLS, please.',
  );
  expect(render({ ...refused, message: '', reason: 'closed at once (fault)' })).toBe(
    'RDS Proxy refused a connection: closed at once (fault)',
  );
});

test('a connection that the proxy ended is printed; one that came or went as it should is not', () => {
  const render = createProxyEventFormatter();

  expect(render({ type: 'opened', ...SESSION })).toBeUndefined();
  expect(render({ type: 'closed', ...SESSION, reason: 'the client closed the connection' })).toBeUndefined();
  expect(
    render({ type: 'closed', ...SESSION, reason: 'nothing came free', code: '08000', message: 'Timed-out.' }),
  ).toBe('RDS Proxy ended a connection of app: Timed-out. nothing came free');
});
