import { expect, test } from 'vitest';
import { DatabaseSettingsError, readDatabaseSettings } from '../../../src/database/settings.js';

const COMPLETE = {
  DATABASE_HOST: 'orders.proxy-abc.eu-west-1.rds.amazonaws.com',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'app',
  DATABASE_USER: 'app',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a-secret',
  AWS_SESSION_TOKEN: 'a-session',
};

test('reads where the database is', () => {
  expect(readDatabaseSettings(COMPLETE)).toEqual({
    host: 'orders.proxy-abc.eu-west-1.rds.amazonaws.com',
    port: 5432,
    database: 'app',
    user: 'app',
    region: 'eu-west-1',
    credentials: expect.any(Function),
  });
});

test('reads the role’s credentials when they are asked for, and holds none', () => {
  const env: Record<string, string> = { ...COMPLETE };
  const settings = readDatabaseSettings(env);
  env.AWS_ACCESS_KEY_ID = 'ASIALATER';

  expect(settings.credentials()).toEqual({
    accessKeyId: 'ASIALATER',
    secretAccessKey: 'a-secret',
    sessionToken: 'a-session',
  });
  expect(JSON.stringify(settings)).not.toContain('a-se');
});

test('names every missing variable at once', () => {
  const attempt = () => readDatabaseSettings({ DATABASE_PORT: '5432', DATABASE_USER: ' ' });

  expect(attempt).toThrow(DatabaseSettingsError);
  expect(attempt).toThrow(
    /DATABASE_HOST[\s\S]*DATABASE_NAME[\s\S]*DATABASE_USER[\s\S]*AWS_REGION[\s\S]*AWS_ACCESS_KEY_ID[\s\S]*AWS_SECRET_ACCESS_KEY/,
  );
});

test.each(['0', '65536', '-1', '54.32', '5432x', '1e3', '0x10'])(
  'refuses the port %s and says what is expected',
  (port) => {
    expect(() => readDatabaseSettings({ ...COMPLETE, DATABASE_PORT: port })).toThrow(
      `DATABASE_PORT is "${port}"; expected a whole number from 1 to 65535.`,
    );
  },
);

test.each(['https://proxy.example', 'proxy.example:5432', 'proxy.example/app'])(
  'refuses %s, which is no host name',
  (host) => {
    expect(() => readDatabaseSettings({ ...COMPLETE, DATABASE_HOST: host })).toThrow('expected a bare host name');
  },
);

test('never prints another variable of the environment', () => {
  const secret = 'wJalrXUtnFEMI';
  try {
    readDatabaseSettings({ AWS_SECRET_ACCESS_KEY: secret });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain(secret);
  }
});
