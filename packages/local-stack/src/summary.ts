/** What runs where, and how to use it: data for the console page, and text for the terminal. */
import { relative } from 'node:path';
import { emailOf, LOCAL_PASSWORD } from './cognito/users.js';
import type { LocalDatabase } from './function-environment.js';
import type { LocalApp } from './local-app.js';
import { quoteForShell } from './shell-quote.js';
import type { StackDescription } from './web/console/routes.js';

/** More of them are counted, or the other lines would move off the screen. */
const NAMED_FUNCTIONS = 2;
const NAMED_USERS = 3;

export interface RunningStack {
  app: Pick<LocalApp, 'users' | 'oneLineQuery'>;
  url: string;
  access: LocalDatabase;
  stateDirectory: string;
  postgres: { version: string };
  functionNames: readonly string[];
}

export function describeStack({
  app,
  url,
  access,
  stateDirectory,
  postgres,
  functionNames,
}: RunningStack): StackDescription {
  const { host, port, user, database } = access;
  const directory = relative(process.cwd(), stateDirectory) || '.';
  return {
    parts: [
      {
        name: 'AppSync',
        detail: 'Serves amplify/data/schema.ts to user-pool tokens',
        address: `${new URL(url).host}/graphql`,
      },
      {
        name: 'Lambda',
        detail: 'Runs the bundle that Amplify deploys, rebuilt on change',
        address:
          functionNames.length <= NAMED_FUNCTIONS ? functionNames.join(', ') : `${functionNames.length} functions`,
      },
      { name: 'RDS Proxy', detail: 'Demands TLS and a valid IAM token', address: `${host}:${port}` },
      {
        name: 'PostgreSQL',
        detail: `Reached through the proxy alone; data in ${directory}`,
        address: `version ${postgres.version}`,
      },
    ],
    commands: [
      {
        name: 'GraphQL',
        command: `curl -s ${url}/graphql -H "authorization: $(npm run -s user:token -- --user ${quoteForShell(app.users[0]?.username ?? '')})" -d ${quoteForShell(JSON.stringify({ query: app.oneLineQuery ?? '{ __typename }' }))}`,
      },
      {
        name: 'psql',
        command: `PGPASSWORD=$(npm run -s db:token) psql ${quoteForShell(
          `host=${host} port=${port} user=${user} dbname=${database} sslmode=verify-full sslrootcert=${quoteForLibpq(`${directory}/ca.pem`)}`,
        )}`,
      },
    ],
  };
}

/** A value of a connection string. @see https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING */
function quoteForLibpq(value: string): string {
  return /^[^\s'\\]+$/.test(value) ? value : `'${value.replaceAll(/['\\]/g, '\\$&')}'`;
}

/** Styles a piece of text; does nothing when the output is no terminal. */
export type Style = (kind: 'bold' | 'dim', text: string) => string;

export interface SummaryOptions extends RunningStack {
  /** Of the app's site/. @default - the app has none */
  frontendUrl?: string | undefined;
}

/** @param pinCount statements that have pinned a session by now */
export function renderSummary(stack: SummaryOptions, pinCount: number, style: Style): string {
  const { parts, commands } = describeStack(stack);
  const nameWidth = 2 + Math.max(...parts.map(({ name }) => name.length));
  const addressWidth = 2 + Math.max(...parts.map(({ address }) => address.length));
  const users = stack.app.users.slice(0, NAMED_USERS).map(emailOf).join(', ');
  const links = [
    ...(stack.frontendUrl === undefined ? [] : [{ name: 'Frontend', text: stack.frontendUrl }]),
    { name: 'Console', text: stack.url },
    { name: 'GraphiQL', text: `${stack.url}/graphiql` },
    ...(users === '' ? [] : [{ name: 'Users', text: `${users}; password ${LOCAL_PASSWORD}` }]),
    ...commands.map(({ name, command }) => ({ name, text: command })),
    { name: 'Pins', text: `${pinCount} so far. A statement that would pin a session is printed here, with its fix.` },
  ];
  return [
    '',
    ...parts.map(
      ({ name, address, detail }) =>
        `  ${style('bold', name.padEnd(nameWidth))}${address.padEnd(addressWidth)}${style('dim', detail)}`,
    ),
    '',
    ...links.map(({ name, text }) => `  ${style('bold', name.padEnd(nameWidth))}${text}`),
    '',
  ].join('\n');
}
