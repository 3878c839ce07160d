/** The files that an adopted app gets, as the starter has them. */
import { readFileSync } from 'node:fs';

const template = (name: string) => readFileSync(new URL(`./template/${name}`, import.meta.url), 'utf8');

/** The first migration: who the caller is, for row-level security. */
export const identityMigration = () => template('0000-identity.sql');

export const squawkSettings = () => template('squawk.toml');

/** The VPC of the environment `example`. */
export const cachedContext = () => template('cdk.context.json');

export const environmentsFile = () => template('environments.txt');

export const FUNCTIONS_FILE = `/**
 * The Lambda functions that PostgreSQL's fields call, and no others: those that backend.ts defines besides stay as they are.
 * A new one is a folder with resource.ts and handler.ts, a line here, and a field in data/schema.ts that names it:
 * npx vpc-postgres new function NAME. \`database: true\` places a function in the VPC, and permits it to connect.
 */
export const functions = {};
`;

export const SCHEMA_FILE = `/**
 * The part of the GraphQL schema that PostgreSQL answers; resource.ts has the whole. It imports @aws-amplify/data-schema and
 * the domains' schema.ts, and nothing else, so that the local stack and the tests load it in milliseconds, without the CDK.
 */
import { a, type ClientSchema } from '@aws-amplify/data-schema';

export const schema = a.schema({});

export type Schema = ClientSchema<typeof schema>;
`;

/** For an app without an API. */
export const DATA_FILE = `/** The AppSync API: which schema, which functions resolve it, and who may call it. */
import { defineData } from '@aws-amplify/backend';
import { functions } from '../functions/functions.js';
import { schema } from './schema.js';

export const data = defineData({
  schema,
  // The names that a.handler.function() uses in schema.ts.
  functions: Object.fromEntries(Object.entries(functions).map(([name, { resource }]) => [name, resource])),
  // Every caller is a signed-in user. No API key: a key in a web page is public, and it expires at a bad moment.
  authorizationModes: { defaultAuthorizationMode: 'userPool' },
});
`;

export const LOCAL_CONFIG_FILE = `/**
 * What the local stack serves beside amplify/: the migrations, who may sign in, and the samples of each domain: what the pages
 * offer to run, what a new data folder holds, and what a trial run with --once sends.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { combineSamples, type LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { environments } from './amplify/environments.js';

const projectDirectory = dirname(fileURLToPath(import.meta.url));

export const localApp = {
  projectDirectory,
  migrationsFolder: join(projectDirectory, 'src/migrations'),
  environments,
  users: [
    { username: 'alice', groups: [] },
    { username: 'bob', groups: [] },
  ],
  ...combineSamples([]),
} satisfies LocalApp;
`;

export const VITEST_CONFIG_FILE = `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          // The tests of the domains: npx vpc-postgres new domain NAME writes one. Add a project for those of the frontend.
          name: 'app',
          include: ['test/**/*.test.ts'],
          setupFiles: 'packages/local-stack/src/forget-postgres-variables.ts',
          // A bound for what hangs: they start the local stack.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
`;
