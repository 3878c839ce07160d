import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { awsScalars, ScalarSerializationError } from '../../../src/appsync/scalars.js';

const CASES: Record<string, { accepted: unknown[]; refused: unknown[] }> = {
  AWSDate: {
    accepted: ['2024-02-29', '2024-12-31Z', '2024-12-31+02:00', '-0001-01-01', '1970-01-01-07:30:15'],
    refused: ['2023-02-29', '2024-13-01', '24-01-01', '2024-01-01T00:00:00Z', '', 20240101, null],
  },
  AWSTime: {
    accepted: ['12:30', '12:30:24', '23:59:59.999999999', '12:30Z', '12:30:24-07:00'],
    refused: ['24:00', '12:60', '12', '12:30:24.1234567890', 'noon', 1230],
  },
  AWSDateTime: {
    accepted: ['2024-01-31T12:30:24Z', '2024-01-31T12:30:24.123456789+05:30', '2024-01-31T12:30Z'],
    refused: ['2024-01-31T12:30:24', '2024-01-31 12:30:24Z', '2024-02-30T12:30:24Z', '2024-01-31', 1706704224],
  },
  AWSTimestamp: { accepted: [0, 1706704224, -1], refused: ['1706704224', 1.5, Number.NaN, null] },
  AWSEmail: {
    accepted: ['alice@example.com', 'a.b+c@mail.example.org'],
    refused: ['alice', 'alice@', '@example.com', 'alice@example', 'a lice@example.com', 'alice@exa mple.com'],
  },
  AWSURL: {
    accepted: ['https://example.com/a?b=c#d', 'mailto:alice@example.com'],
    refused: ['example.com', '/a', '', 1],
  },
  AWSPhone: {
    accepted: ['+1 (555) 010-9999', '5550109999', '911'],
    refused: ['call me', '12', '+1-555-abc-defg', 5550109999],
  },
  AWSIPAddress: {
    accepted: ['192.0.2.1', '192.0.2.0/24', '2001:db8::1', '2001:db8::/32', '::ffff:192.0.2.1'],
    refused: ['192.0.2', '192.0.2.256', '192.0.2.0/33', '2001:db8::/129', '192.0.2.0/24/8', 'localhost', '192.0.2.0/'],
  },
};

const rows = (pick: 'accepted' | 'refused') =>
  Object.entries(CASES).flatMap(([name, cases]) => cases[pick].map((value): [string, unknown] => [name, value]));

describe('a value that its scalar holds', () => {
  it.each(rows('accepted'))('%s takes %j, and gives it back unchanged', (name, value) => {
    expect(scalar(name).parseValue(value)).toBe(value);
    expect(scalar(name).serialize(value)).toBe(value);
  });
});

describe('a value that its scalar does not hold', () => {
  it.each(rows('refused'))('%s refuses %j from a caller and from a function', (name, value) => {
    expect(() => scalar(name).parseValue(value)).toThrow(
      /^Unable to parse `.*` as a valid (\w+ Object|phone number|timestamp)\.$/,
    );
    expect(() => scalar(name).serialize(value)).toThrow(ScalarSerializationError);
  });

  it('is refused as a literal of the query too', () => {
    const literal = { kind: Kind.STRING, value: 'yesterday' } as const;

    expect(() => scalar('AWSDate').parseLiteral(literal, undefined)).toThrow(
      'Unable to parse `yesterday` as a valid Date Object.',
    );
  });
});

describe('AWSJSON', () => {
  it('takes JSON as a string and hands on what it says', () => {
    expect(scalar('AWSJSON').parseValue('{"a":[1,null]}')).toEqual({ a: [1, null] });
    expect(scalar('AWSJSON').parseLiteral({ kind: Kind.STRING, value: '"text"' }, undefined)).toBe('text');
  });

  it.each([[{ a: 1 }], ['{a: 1}'], [''], [7]])('refuses %j, which is no string of JSON', (value) => {
    expect(() => scalar('AWSJSON').parseValue(value)).toThrow(/as a valid JSON Object/);
  });

  it('answers with a string', () => {
    expect(scalar('AWSJSON').serialize({ a: 1 })).toBe('{"a":1}');
    expect(scalar('AWSJSON').serialize('{"a":1}')).toBe('{"a":1}');
  });
});

function scalar(name: string) {
  const found = awsScalars.get(name);
  if (!found) throw new Error(`There is no scalar ${name}`);
  return found;
}
