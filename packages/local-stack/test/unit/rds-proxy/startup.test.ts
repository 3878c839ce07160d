import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../../src/rds-proxy/proxy-error.js';
import { parseStartup } from '../../../src/rds-proxy/startup.js';
import { REQUEST_CODES } from '../../../src/rds-proxy/wire.js';

function parse(...namesAndValues: string[]) {
  return parseStartup({
    code: REQUEST_CODES.protocolVersion3,
    body: Buffer.from(`${namesAndValues.join('\0')}\0\0`),
  });
}

function refusalOf(work: () => unknown): { sqlState: string; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof ProxyError) return { sqlState: error.sqlState, message: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
}

test('what RDS Proxy recognizes is taken over, whatever its case', () => {
  const request = parse('user', 'app', 'database', 'orders', 'DateStyle', 'ISO', 'timezone', 'UTC', 'search_path', 'x');

  expect(request).toEqual({
    user: 'app',
    database: 'orders',
    settings: { DateStyle: 'ISO', timezone: 'UTC', search_path: 'x' },
  });
});

test('the database is named after the user unless the client says otherwise', () => {
  expect(parse('user', 'app').database).toBe('app');
});

describe('a startup packet is refused', () => {
  test.each([
    ['statement_timeout', "Feature not supported: RDS Proxy currently doesn't support the option statement_timeout."],
    ['_pq_.command_tag', "Feature not supported: RDS Proxy currently doesn't support the option _pq_.command_tag."],
    ['options', "Feature not supported: RDS Proxy currently doesn't support command-line options."],
    ['replication', "Feature not supported: RDS Proxy currently doesn't support streaming replication mode."],
  ])('with %s', (name, message) => {
    expect(refusalOf(() => parse('user', 'app', name, 'true'))).toEqual({ sqlState: '0A000', message });
  });

  test('without a user', () => {
    expect(refusalOf(() => parse('database', 'app')).sqlState).toBe('28000');
  });

  test('for protocol version 2', () => {
    const refusal = refusalOf(() => parseStartup({ code: 0x2_0000, body: Buffer.alloc(288) }));

    expect(refusal.message).toContain('supports only version 3.0 of the PostgreSQL messaging protocol');
  });

  test.each([
    ['no end', 'user\0app'],
    ['a name without a value', 'user\0app\0database\0\0'],
    ['a parameter twice', 'user\0app\0user\0admin\0\0'],
    ['bytes behind the end', 'user\0app\0\0user\0admin\0'],
    ['nothing', ''],
  ])('with %s', (_, body) => {
    const packet = { code: REQUEST_CODES.protocolVersion3, body: Buffer.from(body) };

    expect(refusalOf(() => parseStartup(packet)).sqlState).toBe('08P01');
  });
});
