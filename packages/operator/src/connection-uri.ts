/**
 * Maps an RDS secret of Secrets Manager to the connection URI that Amplify's SQL data source reads. Says everything that is
 * wrong at once, by the names of the keys: no value of a secret appears in a message.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */

/** What must hold for the secret because of the environment that it is for. */
export interface ExpectedDatabase {
  /** The roles that the functions sign in as: never the data source's. */
  readonly functionUsers: readonly string[];
  /** Where the security groups let the data source go, as far as the environment says. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

export type ConnectionUri = { readonly uri: string } | { readonly problems: readonly string[] };

const ENGINES = ['postgres', 'postgresql', 'aurora-postgresql'];
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
/** Roles that packages/lambda/src/database/bootstrap.sql makes, and RDS's usual master user: each may do more than the data source. */
const ROLES_WITH_OTHER_WORK = ['owner', 'migrator', 'postgres'];
/** What every parser of URIs takes as it stands: some decode a path otherwise than others. */
const DATABASE_NAME = /^[A-Za-z0-9_.~-]{1,63}$/;
const HIGHEST_PORT = 65_535;

/** @param secretString As Secrets Manager gives it. */
export function toConnectionUri(secretString: string | undefined, expected: ExpectedDatabase): ConnectionUri {
  const secret = parseObject(secretString);
  if (secret === undefined) {
    return { problems: ['It is no JSON object. Expected one with host, port, username, password and dbname.'] };
  }
  const { host, username, password, dbname } = secret;
  const port = Number(secret.port);
  const problems = [
    ...engineProblems(secret.engine),
    ...keyProblems('host', host, 'a host name, without scheme and port', (text) => HOST_NAME.test(text)),
    ...portProblems(secret.port, port),
    ...keyProblems('username', username, 'the name of a database role', isEncodable),
    ...keyProblems('password', password, 'the password of that role', isEncodable),
    ...keyProblems('dbname', dbname, 'the name of a database: letters, digits, _, ., ~ or -', (text) =>
      DATABASE_NAME.test(text),
    ),
    ...placeProblems(secret, port, expected),
  ];
  if (problems.length > 0) return { problems };
  const userInfo = `${encode(String(username))}:${encode(String(password))}`;
  return { uri: `postgresql://${userInfo}@${String(host)}:${port}/${String(dbname)}` };
}

/** What two URIs differ in, in words; the password does not count. Nothing when only that is another. */
export function differencesOf(before: string, after: string): string[] {
  const parse = (text: string) => (URL.canParse(text) ? new URL(text) : undefined);
  const [old, now] = [parse(before), parse(after)];
  if (old === undefined || now === undefined) return ['something that is no connection URI'];
  const parts = { host: 'hostname', port: 'port', role: 'username', database: 'pathname' } as const;
  return Object.entries(parts)
    .filter(([, part]) => old[part] !== now[part])
    .map(([what]) => `another ${what}`);
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not as a cause: JSON.parse() quotes what it could not read.
    return undefined;
  }
}

function engineProblems(engine: unknown): string[] {
  if (engine === undefined || ENGINES.includes(String(engine))) return [];
  return [`Its engine is not PostgreSQL. Expected ${ENGINES.join(' or ')}, or no such key.`];
}

function portProblems(given: unknown, port: number): string[] {
  if (given === undefined) return [missing('port', 'a whole number, usually 5432')];
  const isText = typeof given === 'number' || (typeof given === 'string' && /^\d+$/.test(given));
  const isPort = isText && Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT;
  return isPort ? [] : [`Its port is not as expected: a whole number from 1 to ${HIGHEST_PORT}.`];
}

function keyProblems(key: string, value: unknown, expected: string, accepts: (text: string) => boolean): string[] {
  if (value === undefined || value === '') return [missing(key, expected)];
  return typeof value === 'string' && accepts(value) ? [] : [`Its ${key} is not as expected: ${expected}.`];
}

function placeProblems(
  { host, username }: Readonly<Record<string, unknown>>,
  port: number,
  expected: ExpectedDatabase,
) {
  const problems: string[] = [];
  if (expected.host !== undefined && typeof host === 'string' && host.toLowerCase() !== expected.host.toLowerCase()) {
    problems.push(`Its host is not ${expected.host}, and the security groups lead there alone.`);
  }
  if (expected.port !== undefined && Number.isInteger(port) && port !== expected.port) {
    problems.push(`Its port is not ${expected.port}, and the security groups open that one alone.`);
  }
  const taken = [...expected.functionUsers, ...ROLES_WITH_OTHER_WORK].find((role) => role === username);
  if (taken !== undefined) {
    problems.push(
      `Its username is ${taken}, a role with other work and other rights. ` +
        'Expected one of its own: packages/lambda/src/database/sql-data-source.sql makes it.',
    );
  }
  return problems;
}

const missing = (key: string, expected: string) => `It has no ${key}. Expected ${expected}.`;

/** A lone half of a surrogate pair has no encoding. */
function isEncodable(text: string): boolean {
  try {
    return encode(text) !== '';
  } catch {
    return false;
  }
}

/** encodeURIComponent() leaves a few characters that RFC 3986 reserves. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
