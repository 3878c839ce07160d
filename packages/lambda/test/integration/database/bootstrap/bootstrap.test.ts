import { readBootstrapSql } from '@vpc-postgres/backend/database/bootstrap/bundle.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { secretsIn } from '@vpc-postgres/testing/support/secrets/search.js';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { signIamToken } from '../../../../src/database/iam-token.js';
import { splitStatements } from '../../../../src/database/migrate/split-statements.js';
import {
  currentVersion,
  DATABASE,
  describeServer,
  MASTER,
  passwords,
  reset,
  SECRETS,
  useBootstrap,
  userRole,
} from './deployed-bootstrap.js';

const deployed = useBootstrap();
const { deploy, logs, read, secrets } = deployed;

/** Of each only the random characters in front: the others are written in another way in a literal of SQL. */
const KNOWN = Object.fromEntries(
  Object.entries(passwords).map(([name, value]) => [`the password of ${name}`, value.slice(0, 16)]),
);

/** Logs in as a client in the VPC does. @returns the user, or why not */
async function logIn(user: string, password: string, database = DATABASE): Promise<string> {
  const { host, port, caPath } = deployed.server;
  const { readFile } = await import('node:fs/promises');
  const client = new pg.Client({ host, port, user, password, database, ssl: { ca: await readFile(caPath, 'utf8') } });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('select session_user as user');
    return rows[0].user;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const tokenFor = (user: string) => {
  const { host, port } = deployed.server;
  return signIamToken({ host, port, user, region: 'eu-west-1' }, userRole, new Date());
};

/** As the master user by hand, one statement after the other. */
async function byHand(...statements: string[]): Promise<void> {
  const client = await deployed.server.superuser('postgres');
  await client.query(`set session authorization ${MASTER}`);
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** At which moment `npm test` kills the deployment at each statement: one of the two each, and both together. */
const CUT_BEFORE = { iam: ['question'], secret: ['answer'] } as const;

describe.each(['iam', 'secret'] as const)('with auth %s', (auth) => {
  let whole: string[];

  beforeAll(async () => {
    await deployed.startAnew();
    await deploy(auth);
    whole = await describeServer(deployed.server);
  });

  test('a new server gets the database, the roles and their logins', async () => {
    expect(await deploy(auth)).toEqual({});

    expect(await describeServer(deployed.server)).toEqual(whole);
    const [app, migrator] =
      auth === 'iam' ? [tokenFor('app'), tokenFor('migrator')] : [passwords.app, passwords.migrator];
    expect(await logIn('app', app)).toBe('app');
    expect(await logIn('migrator', migrator)).toBe('migrator');
    expect(read.toSorted()).toEqual((auth === 'iam' ? [SECRETS.master] : Object.values(SECRETS)).toSorted());
  });

  test('again, it changes nothing', async () => {
    await deploy(auth);

    expect(await deploy(auth, 'Update')).toEqual({});

    expect(await describeServer(deployed.server)).toEqual(whole);
  });

  test('killed at each statement, before or after PostgreSQL has done it, it is completed by the next deployment', async () => {
    for (const before of exhaustive ? (['question', 'answer'] as const) : CUT_BEFORE[auth]) {
      let isCut = true;
      let statement = 1;
      for (; isCut; statement += 1) {
        deployed.server.cutAt(statement, before);
        isCut = await deploy(auth).then(
          () => false,
          () => true,
        );
        deployed.server.cutAt(Number.POSITIVE_INFINITY, before);
        expect(await deploy(auth), `${before} ${statement}`).toEqual({});
        expect(await describeServer(deployed.server), `${before} ${statement}`).toEqual(whole);
        await reset(deployed.server);
      }
      // The lock, the look for the database, its creation, and all the rest in one.
      expect(statement).toBeGreaterThan(4);
    }
  });

  test('done by hand up to any statement, it is completed by a deployment', async () => {
    const statements = [...splitStatements(readBootstrapSql())].map(({ text }) => text);
    expect(statements.length).toBeGreaterThan(10);
    const counts = sample([...statements.keys(), statements.length], 8);
    for (const count of counts) {
      await reset(deployed.server);
      await byHand(`create database ${DATABASE}`);
      await inDatabase(statements.slice(0, count));

      await deploy(auth);

      expect(await describeServer(deployed.server), `after ${count} statements`).toEqual(whole);
    }
  });

  test('after the password of the master user has been rotated', async () => {
    await deploy(auth);
    const rotated = 'rotated-Vx7Qm2-rotated';
    const client = await deployed.server.superuser();
    await client.query(`alter role ${MASTER} password '${rotated}'`);
    secrets.set(SECRETS.master, JSON.stringify({ username: MASTER, password: rotated }));

    expect(await deploy(auth, 'Update')).toEqual({});

    expect(await describeServer(deployed.server)).toEqual(whole);
  });

  test('where the roles exist with another way to log in', async () => {
    await byHand(
      'create role app login',
      "create role migrator login password 'old'",
      'create role owner nologin',
      ...(auth === 'iam' ? ["alter role app password 'old'"] : ['grant rds_iam to app, migrator']),
    );

    expect(await deploy(auth)).toEqual({});

    expect(await describeServer(deployed.server)).toEqual(whole);
  });

  test('two deployments at once do it once', async () => {
    expect(await Promise.all([deploy(auth), deploy(auth), deploy(auth)])).toEqual([{}, {}, {}]);

    expect(await describeServer(deployed.server)).toEqual(whole);
  });

  test('no password is in a log, PostgreSQL’s with every statement among them', async () => {
    await deploy(auth);
    await deploy(auth, 'Update');

    const text = [...logs, ...deployed.server.log].join('\n');
    expect(text).toContain('"message":"prepared"');
    expect(text).toContain('alter role app');
    expect(secretsIn(text, KNOWN)).toEqual([]);
  });
});

async function inDatabase(statements: readonly string[]): Promise<void> {
  const client = await deployed.server.superuser(DATABASE);
  await client.query(`set session authorization ${MASTER}`);
  for (const statement of statements) await client.query(statement);
  await client.end();
}

describe('the master user', () => {
  test('logs in with the password the first time, and with a token once a role of its own holds rds_iam', async () => {
    expect(await logIn(MASTER, passwords.master, 'postgres')).toBe(MASTER);

    await deploy();

    expect(await logIn(MASTER, passwords.master, 'postgres')).toBe(`PAM authentication failed for user "${MASTER}"`);
    expect(await deploy('iam', 'Update')).toEqual({});
  });

  test('cannot leave the roles that it has made, and without them could not change them', async () => {
    await deploy();

    await expect(byHand(`revoke app from ${MASTER} granted by postgres`)).rejects.toThrow(
      'permission denied to revoke',
    );
    const superuser = await deployed.server.superuser();
    await superuser.query(`revoke app from ${MASTER} granted by postgres`);
    await expect(byHand('alter role app password null')).rejects.toThrow('permission denied to alter role');
  });

  test('of another name than the permission is for is rejected with that reason', async () => {
    secrets.set(SECRETS.master, JSON.stringify({ username: 'admin', password: passwords.master }));

    await expect(deploy()).rejects.toThrow("Write masterUsername: 'admin' to database.server.");
  });
});

test('a change from passwords to IAM and back leaves what each makes of a new server', async () => {
  await deploy('iam');
  const iam = await describeServer(deployed.server);
  await deploy('secret', 'Update');
  expect(await logIn('app', passwords.app)).toBe('app');

  await deploy('iam', 'Update');

  expect(await describeServer(deployed.server)).toEqual(iam);
  expect(await logIn('app', passwords.app)).toBe('PAM authentication failed for user "app"');
});

test('a password that has changed in its secret is the password after the next deployment', async () => {
  await deploy('secret');
  secrets.set(SECRETS.app, JSON.stringify({ username: 'app', password: 'another-password' }));

  await deploy('secret', 'Update');

  expect(await logIn('app', 'another-password')).toBe('app');
  expect(await logIn('app', passwords.app)).toContain('password authentication failed');
});

test('a function that Lambda has put to sleep is woken', async () => {
  deployed.putToSleep();

  expect(await deploy()).toEqual({});
});

test('Delete reads no secret and touches nothing', async () => {
  expect(await deploy('iam', 'Delete')).toEqual({});

  expect(read).toEqual([]);
  await expect(describeServer(deployed.server)).rejects.toThrow(`database "${DATABASE}" does not exist`);
});

test('only a rollback may ask for a version that the function does not have', async () => {
  await expect(deploy('iam', 'Create', 'other')).rejects.toThrow('another version or another database');

  expect(await deploy('iam', 'Update', 'other')).toEqual({});

  expect(currentVersion()).not.toBe('other');
  await expect(describeServer(deployed.server)).rejects.toThrow(`database "${DATABASE}" does not exist`);
});

describe('a failure is reported with its reason and without a secret', () => {
  const failure = async (auth: 'iam' | 'secret' = 'iam') => {
    const message = await deploy(auth).then(
      () => 'it succeeded',
      (error: Error) => error.message,
    );
    const known = { ...KNOWN, 'the odd secret': 'half-a-password-Vx7Qm2' };
    expect(secretsIn([message, ...logs, ...deployed.server.log].join('\n'), known)).toEqual([]);
    return message;
  };

  test('of a role that another user has made', async () => {
    const superuser = await deployed.server.superuser();
    await superuser.query('create role app login');

    expect(await failure()).toMatch(
      /^The database could not be prepared\.\n\nCould not prepare the database shop: permission denied .*\(42501\)/,
    );
  });

  test('of a role that can do too much', async () => {
    const superuser = await deployed.server.superuser();
    await superuser.query('create role app login bypassrls');

    expect(await failure()).toContain('These roles exist and are not what they are needed for: app');
  });

  test('of a secret that is no JSON', async () => {
    secrets.set(SECRETS.master, 'half-a-password-Vx7Qm2');

    expect(await failure()).toContain(`The secret ${SECRETS.master} is not of the form that is expected`);
  });

  test('of a secret of another user', async () => {
    secrets.set(SECRETS.app, JSON.stringify({ username: 'web', password: 'half-a-password-Vx7Qm2' }));

    expect(await failure('secret')).toContain(
      `The secret ${SECRETS.app} is of the user web, and the user app was expected.`,
    );
  });

  test('of a password that a proxy could read in two ways', async () => {
    secrets.set(SECRETS.app, JSON.stringify({ username: 'app', password: 'half-a-password-Vx7Qm2-é' }));

    expect(await failure('secret')).toContain('characters other than printable ASCII');
  });

  test('of a secret that is gone', async () => {
    secrets.delete(SECRETS.master);

    expect(await failure()).toContain("Secrets Manager can't find the specified secret.");
  });
});
