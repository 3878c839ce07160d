/** What can be wrong with the keys of secrets, which `doctor --secret-keys` reads. Each value has PASSWORD somewhere. */
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { type Breakage, ENDPOINTS, EXISTING, UNDEPLOYED } from './breakage.js';
import type { BuiltAccount, Clients } from './build-account.js';
import { APP, FOLDER } from './what-moto-lacks.js';

/** What no output may have. */
export const PASSWORD = 'correct-horse-7Qx9';

const APP_SECRET = 0;
const MIGRATOR_SECRET = 1;

const put =
  (index: number, value: object | string) =>
  ({ secrets }: Clients, { database }: BuiltAccount) =>
    secrets.send(
      new PutSecretValueCommand({
        SecretId: database.secrets[index],
        SecretString: typeof value === 'string' ? value : JSON.stringify(value),
      }),
    );

const putBytes =
  (index: number) =>
  ({ secrets }: Clients, { database }: BuiltAccount) =>
    secrets.send(
      new PutSecretValueCommand({
        SecretId: database.secrets[index],
        SecretBinary: new TextEncoder().encode(PASSWORD),
      }),
    );

/** Of the healthy data source. */
const sqlSecret = (account: BuiltAccount) => ({
  engine: 'postgres',
  host: account.database.proxy?.Endpoint,
  port: 5432,
  username: 'sql_data_source',
  password: PASSWORD,
  dbname: 'app',
});

/** Gives the environment a SQL data source. */
export const addSqlDataSource =
  (change: {
    readonly secret?: (healthy: ReturnType<typeof sqlSecret>) => object | string;
    readonly uri?: (account: BuiltAccount) => string | undefined;
    readonly type?: 'String' | 'SecureString';
    readonly folder?: string;
  }) =>
  async ({ secrets, ssm }: Clients, account: BuiltAccount) => {
    const value = change.secret?.(sqlSecret(account)) ?? sqlSecret(account);
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'orders/sql', SecretString }));
    Object.assign(account.environment, { sqlDataSource: { secretArn: ARN } });
    const healthy = `postgresql://sql_data_source:${PASSWORD}@${account.database.proxy?.Endpoint}:5432/app`;
    const Value = change.uri === undefined ? healthy : change.uri(account);
    if (Value === undefined) return;
    const Name = `${change.folder ?? FOLDER}/SQL_CONNECTION_URI`;
    await ssm.send(new PutParameterCommand({ Name, Value, Type: change.type ?? 'SecureString' }));
  };

export const SHARED_FOLDER = `/amplify/shared/${APP}`;

const check = 'secret-keys';
const ofApp = /^Write \{"username":"app","password":"…"\} into it in the console of Secrets Manager/;

export const SECRET_BREAKAGES: readonly Breakage[] = [
  ...([UNDEPLOYED, EXISTING] as const).map(
    (shape): Breakage => ({
      name: 'no secret of an existing proxy with the name of a database user',
      shape,
      change: put(APP_SECRET, { username: PASSWORD, password: 'app' }),
      check,
      problem: /^No secret of the proxy has the username app: orders\/app-\w+, orders\/migrator-\w+\.$/,
      fix: /^Write "username": "app" into the one with its password/,
    }),
  ),
  {
    name: 'the secret of another user',
    shape: ENDPOINTS,
    change: put(APP_SECRET, { username: 'migrator', password: PASSWORD }),
    check,
    problem: /^The username in orders\/app-\w+ is not app\.$/,
    fix: /^Write "username": "app" into it/,
  },
  {
    name: 'a user name in other letters',
    shape: ENDPOINTS,
    change: put(MIGRATOR_SECRET, { username: 'Migrator', password: PASSWORD }),
    check,
    problem: /^The username in orders\/migrator-\w+ is not migrator\.$/,
    fix: /^Write "username": "migrator" into it/,
  },
  {
    name: 'a secret without a password',
    shape: ENDPOINTS,
    change: put(APP_SECRET, { username: 'app', Password: PASSWORD }),
    check,
    problem: /^orders\/app-\w+ has no password\.$/,
    fix: ofApp,
  },
  {
    name: 'a secret without a password, of an existing proxy',
    shape: EXISTING,
    change: put(APP_SECRET, { username: 'app', pass: PASSWORD }),
    check,
    problem: /^orders\/app-\w+ has no password\.$/,
    fix: ofApp,
  },
  {
    name: 'a secret without both keys, of an existing proxy',
    shape: EXISTING,
    change: put(APP_SECRET, { user: 'app', pass: PASSWORD }),
    check,
    problem: /^orders\/app-\w+ has no username and no password\.$/,
    fix: ofApp,
  },
  {
    name: 'a secret that is the password alone',
    shape: ENDPOINTS,
    change: put(APP_SECRET, PASSWORD),
    check,
    problem: /^orders\/app-\w+ is not a JSON object\.$/,
    fix: ofApp,
  },
  {
    name: 'a secret that is a text in JSON',
    shape: EXISTING,
    change: put(APP_SECRET, JSON.stringify(PASSWORD)),
    check,
    problem: /^orders\/app-\w+ is not a JSON object\.$/,
    fix: ofApp,
  },
  {
    name: 'a secret that is binary',
    shape: ENDPOINTS,
    change: putBytes(APP_SECRET),
    check,
    problem: /^orders\/app-\w+ is binary\. Expected a text in JSON\.$/,
    fix: ofApp,
  },
  {
    name: 'a SQL data source whose secret has no host',
    shape: EXISTING,
    change: addSqlDataSource({ secret: ({ host: _, ...others }) => others }),
    check,
    problem: /^orders\/sql-\w+: It has no host\. Expected a host name/,
    fix: /^Correct it in the console of Secrets Manager/,
  },
  {
    name: 'a SQL data source whose parameter was never written',
    shape: EXISTING,
    change: addSqlDataSource({ uri: () => undefined }),
    check,
    problem: /^There is no parameter \/amplify\/d1example\/main-branch-\w+\/SQL_CONNECTION_URI\.$/,
    fix: /^npx vpc-postgres sql-secret --environment main --app-id ID$/,
  },
  {
    name: 'a SQL data source whose parameter leads elsewhere',
    shape: EXISTING,
    change: addSqlDataSource({ uri: () => `postgresql://sql_data_source:${PASSWORD}@other.example.com:5432/app` }),
    check,
    problem: /SQL_CONNECTION_URI: Its host is not orders\.\S+\.$/,
    fix: /^npx vpc-postgres sql-secret --environment main --app-id ID --replace$/,
  },
  {
    name: 'a SQL data source whose parameter is the password alone, and not encrypted',
    shape: EXISTING,
    change: addSqlDataSource({ uri: () => PASSWORD, type: 'String' }),
    check,
    problem: /SQL_CONNECTION_URI: It is not encrypted: its type is not SecureString\. It is no connection URI/,
    fix: /--replace$/,
  },
];
