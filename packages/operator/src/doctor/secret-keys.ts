/** Checks the value of a secret, and says which keys it has. What it returns has no part of the value. */
import { type ExpectedDatabase, toConnectionUri } from '../connection-uri.js';

/** What is kept of the secret of a database user. */
export interface LoginSecret {
  readonly arn: string;
  /** Whose it must be. None where only its value says whose it is. */
  readonly expectedUser: string | undefined;
  /** Whose it is, of the users that were asked for. */
  readonly user: string | undefined;
  readonly form: 'JSON' | 'not JSON' | 'binary';
  /** The keys that hold no text. */
  readonly missing: readonly ('username' | 'password')[];
}

/** What is kept of the secret of the SQL data source, and of the parameter that Amplify reads in its place. */
export interface SqlSecret {
  readonly arn: string;
  /** What is wrong with the secret, by the names of its keys. None where there is no such secret. */
  readonly secret: readonly string[] | undefined;
  readonly parameter: string | undefined;
  /** What is wrong with the parameter. None where there is no such parameter. */
  readonly connection: readonly string[] | undefined;
}

export interface SecretKeys {
  readonly logins: readonly LoginSecret[];
  /** How many secrets there should be and are not: the check of the proxy's secrets names them. */
  readonly absent: number;
  readonly sql: SqlSecret | undefined;
}

type Checked = Pick<LoginSecret, 'user' | 'form' | 'missing'>;

/**
 * @param text The value; none where it is binary.
 * @param users Whose it can be.
 */
export function checkLogin(text: string | undefined, users: readonly string[]): Checked {
  if (text === undefined) return { user: undefined, form: 'binary', missing: [] };
  const login = parseObject(text);
  if (login === undefined) return { user: undefined, form: 'not JSON', missing: [] };
  const missing = (['username', 'password'] as const).filter(
    (key) => typeof login[key] !== 'string' || login[key] === '',
  );
  // A copy of the name that was asked for: a password in the place of the name must not be kept.
  return { user: users.find((user) => user === login.username), form: 'JSON', missing };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not as a cause: JSON.parse() quotes what it could not read.
    return undefined;
  }
}

/** @returns what keeps `vpc-postgres sql-secret` from a connection URI. */
export function checkSqlSecret(text: string | undefined, expected: ExpectedDatabase): readonly string[] {
  const mapped = toConnectionUri(text, expected);
  return 'problems' in mapped ? mapped.problems : [];
}

/** @param value The connection URI in the parameter. */
export function checkConnection(
  value: string | undefined,
  isEncrypted: boolean,
  { host, port }: ExpectedDatabase,
): readonly string[] {
  const plain = isEncrypted ? [] : ['It is not encrypted: its type is not SecureString.'];
  if (value === undefined || !URL.canParse(value) || !/^postgres(ql)?:/.test(value)) {
    return [...plain, 'It is no connection URI: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.'];
  }
  const uri = new URL(value);
  return [
    ...plain,
    ...(uri.username === '' ? ['It has no user name.'] : []),
    ...(uri.password === '' ? ['It has no password.'] : []),
    ...(host !== undefined && uri.hostname.toLowerCase() !== host.toLowerCase() ? [`Its host is not ${host}.`] : []),
    ...(port !== undefined && Number(uri.port || port) !== port ? [`Its port is not ${port}.`] : []),
  ];
}
