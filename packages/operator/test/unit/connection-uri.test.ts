import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { differencesOf, toConnectionUri } from '../../src/connection-uri.js';

const SECRET = {
  engine: 'postgres',
  host: 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
  port: 5432,
  username: 'sql_data_source',
  password: 'hunter2-hunter2',
  dbname: 'app',
};
const ANYWHERE = { functionUsers: ['app', 'ddl_role'] };

const map = (changes: Record<string, unknown> = {}, expected: Parameters<typeof toConnectionUri>[1] = ANYWHERE) =>
  toConnectionUri(JSON.stringify({ ...SECRET, ...changes }), expected);

const problemsOf = (changes: Record<string, unknown>, expected?: Parameters<typeof toConnectionUri>[1]) => {
  const mapped = map(changes, expected);
  return 'problems' in mapped ? mapped.problems : [];
};

test('a secret as RDS writes it becomes the URI that Amplify documents', () => {
  expect(map()).toEqual({
    uri: 'postgresql://sql_data_source:hunter2-hunter2@orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com:5432/app',
  });
});

test('a port as text, and a secret without an engine, will do', () => {
  expect(map({ port: '6543', engine: undefined })).toMatchObject({ uri: expect.stringContaining(':6543/app') });
});

/** Any text of a JSON document but a lone surrogate, which no encoding has; and those that mean something in a URI. */
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...`%:/?#[]@!$&'()*+,;= "\\é\n`) }),
  )
  .filter((value) => value !== '');
/** Not that of a role with other work, which is refused. */
const roleName = text.filter((name) => !['app', 'ddl_role', 'migrator', 'owner', 'postgres'].includes(name));

describe('whatever characters name and password have', () => {
  test('the driver of PostgreSQL reads them back', () => {
    fc.assert(
      fc.property(roleName, text, (username, password) => {
        const mapped = map({ username, password });
        if (!('uri' in mapped)) throw new Error(mapped.problems.join('\n'));
        const client = new pg.Client({ connectionString: mapped.uri });
        expect(client).toMatchObject({ user: username, host: SECRET.host, port: 5432, database: 'app', password });
      }),
      { numRuns: 500 },
    );
  });

  test('the URI itself holds none but those that RFC 3986 allows there', () => {
    fc.assert(
      fc.property(roleName, text, (username, password) => {
        const mapped = map({ username, password });
        expect('uri' in mapped && mapped.uri).toMatch(
          /^postgresql:\/\/([\w.~-]|%[0-9A-F]{2})+:([\w.~-]|%[0-9A-F]{2})+@[a-z0-9.-]+:5432\/app$/,
        );
      }),
    );
  });
});

test.each([
  ['no host', { host: undefined }, /^It has no host\. Expected a host name/],
  ['an empty password', { password: '' }, /^It has no password/],
  ['a host with a scheme', { host: 'https://db.example' }, /^Its host is not as expected: a host name, without scheme/],
  ['a host with a port', { host: 'db.example:5432' }, /^Its host is not as expected/],
  ['a host that ends the authority', { host: 'db.example/evil?' }, /^Its host is not as expected/],
  ['no port', { port: undefined }, /^It has no port/],
  ['a port that is a word', { port: 'hunter2-port' }, /^Its port is not as expected: a whole number from 1 to 65535/],
  ['a port above all', { port: 65_536 }, /^Its port is not as expected/],
  ['a port that is a list', { port: [5432] }, /^Its port is not as expected/],
  ['a password that is a number', { password: 12_345_678 }, /^Its password is not as expected/],
  ['half a character', { password: 'hunter2\ud800' }, /^Its password is not as expected/],
  ['a database name that URIs write in two ways', { dbname: 'hunter2 orders' }, /^Its dbname is not as expected/],
  ['another engine', { engine: 'hunter2-mysql' }, /^Its engine is not PostgreSQL/],
])('%s is refused', (_what, changes, problem) => {
  expect(problemsOf(changes)).toEqual([expect.stringMatching(problem)]);
});

test.each([
  ['nothing', undefined],
  ['a bare password', 'hunter2'],
  ['a list', '["hunter2"]'],
  ['null', 'null'],
])('a secret that is %s is refused', (_what, secretString) => {
  expect(toConnectionUri(secretString, ANYWHERE)).toEqual({
    problems: ['It is no JSON object. Expected one with host, port, username, password and dbname.'],
  });
});

test('all that is missing is reported at once: RDS’s own secret of a master user has no host', () => {
  expect(
    problemsOf({ host: undefined, port: undefined, dbname: undefined, engine: undefined, username: undefined }),
  ).toHaveLength(4);
});

test('no message holds a value of the secret', () => {
  const secret = Object.fromEntries(Object.keys(SECRET).map((key) => [key, `hunter2 in ${key}`]));

  const mapped = toConnectionUri(JSON.stringify(secret), { functionUsers: ['app'], host: 'a.example', port: 1 });

  expect('problems' in mapped && mapped.problems.length).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(mapped)).not.toContain('hunter2');
});

describe('for an environment', () => {
  test('that leads to a proxy, another host and another port are refused: no security group opens them', () => {
    const expected = { functionUsers: ['app'], host: 'other.proxy-c1.eu-west-1.rds.amazonaws.com', port: 6543 };

    expect(problemsOf({}, expected)).toEqual([
      'Its host is not other.proxy-c1.eu-west-1.rds.amazonaws.com, and the security groups lead there alone.',
      'Its port is not 6543, and the security groups open that one alone.',
    ]);
  });

  test.each(['app', 'ddl_role', 'migrator', 'owner', 'postgres'])(
    'the role %s is refused: it has other work',
    (username) => {
      expect(problemsOf({ username })).toEqual([
        expect.stringMatching(`^Its username is ${username}, a role with other`),
      ]);
    },
  );
});

describe('two URIs', () => {
  const BEFORE = 'postgresql://a:old@db.example:5432/app';

  test.each([
    ['the password alone', 'postgresql://a:new@db.example:5432/app', []],
    ['the role', 'postgresql://b:old@db.example:5432/app', ['another role']],
    ['host and database', 'postgresql://a:old@other.example:5432/orders', ['another host', 'another database']],
    ['the port', 'postgresql://a:old@db.example:6543/app', ['another port']],
  ])('that differ in %s', (_what, after, differences) => {
    expect(differencesOf(BEFORE, after)).toEqual(differences);
  });

  test('of which one is none', () => {
    expect(differencesOf('s3cr3t', BEFORE)).toEqual(['something that is no connection URI']);
  });
});
