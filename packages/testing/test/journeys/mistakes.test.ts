/** What an adopter does wrong is rejected before a deployment, with a message that names the file and the fix. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addField, addFunction, fillInSandbox } from '../../support/adopter-edits.js';
import { type AdopterProject, type CommandRun, cloneForAdopter } from '../../support/adopter-project.js';

let project: AdopterProject;

beforeAll(() => {
  project = cloneForAdopter();
});

afterEach(() => project.restore());

afterAll(() => project.remove());

const npm = (...args: readonly string[]) => project.run('npm', ...args);
const synth = (environment = 'example') => npm('run', '--silent', 'synth', '--', '--environment', environment);
const startOnce = () => npm('start', '--silent', '--', '--once');
const check = () => npm('run', '--silent', 'check');
const gate = () => npm('test', '--silent', '--', '--project', 'app');
const migrateCheck = () => npm('run', '--silent', 'migrate:check');

const SCHEMA = 'amplify/data/schema.ts';
/** The example's part of it. */
const ORDERS = 'src/orders/schema.ts';
const LIST = 'amplify/functions/functions.ts';
const ENVIRONMENTS = 'amplify/environments.ts';
const RESOURCE = 'amplify/functions/orders-api/resource.ts';

/** Instead of the proxy of the example. */
const WITHOUT_PROXY = `      server: {
        kind: 'instance',
        instanceIdentifier: 'shop',
        resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        endpoint: 'shop.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
        securityGroup: { id: 'sg-0d1e2f3a4b5c60798', rules: 'add' },
        maxConnections: 40,
      },
      proxy: { kind: 'none' },
`;

interface Mistake {
  readonly what: string;
  readonly make: () => void;
  /** Each of them rejects it. */
  readonly rejectedBy: readonly (() => CommandRun)[];
  /** Each is in what the command prints. */
  readonly says: readonly (string | RegExp)[];
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a field calls a function that is not listed',
    make: () => addFunction(project, 'greeting', { listed: false }),
    rejectedBy: [synth, startOnce],
    says: [/add 'say-hello' to amplify\/functions\/functions\.ts/i, SCHEMA],
  },
  {
    what: 'a field calls a function by a misspelled name',
    make: () => project.replace(ORDERS, "a.handler.function('orders-api')", "a.handler.function('order-api')"),
    rejectedBy: [synth, startOnce],
    says: ["'order-api'", LIST, "'orders-api'"],
  },
  {
    what: 'a function that uses the database is listed without it',
    make: () => addFunction(project, 'invoices', { database: false }),
    rejectedBy: [synth],
    says: [`write database: true in ${LIST}`, 'amplify/functions/invoices-api/handler.ts'],
  },
  {
    what: 'a function that needs no database is listed with it',
    make: () => addFunction(project, 'greeting', { database: true }),
    rejectedBy: [synth],
    says: [`write database: false in ${LIST}`, 'amplify/functions/say-hello/handler.ts'],
  },
  {
    what: 'a rule names a group that does not exist',
    make: () =>
      project.write(ORDERS, project.read(ORDERS).replace("allow.group('admins')", "allow.group('accounting')")),
    rejectedBy: [synth, startOnce],
    says: ["'accounting'", 'amplify/auth/resource.ts', "'admins'"],
  },
  {
    what: 'a user of local.config.ts is in a group that does not exist',
    make: () => project.replace('local.config.ts', "groups: ['admins']", "groups: ['accounting']"),
    rejectedBy: [startOnce],
    says: ['local.config.ts', 'carol', "'accounting'"],
  },
  {
    what: 'placeholders are left',
    make: () => project.replace(ENVIRONMENTS, "account: 'REPLACE_ME'", "account: '444455556666'"),
    rejectedBy: [() => synth('sandbox')],
    says: [ENVIRONMENTS, 'sandbox.database.proxy.proxyArn', 'aws rds describe-db-proxies'],
  },
  {
    what: 'a branch has no environment',
    make: () => {},
    rejectedBy: [() => synth('main')],
    says: [`add "main" to ${ENVIRONMENTS}`],
  },
  {
    what: 'an option is misspelled',
    make: () => project.replace(ENVIRONMENTS, 'reservedConcurrency: 50', 'reservedConcurency: 50'),
    rejectedBy: [check, synth],
    says: ['reservedConcurency', 'reservedConcurrency'],
  },
  {
    what: 'two subnets of one zone would be one zone: a single subnet is chosen',
    make: () =>
      project.replace(
        ENVIRONMENTS,
        "vpc: { id: 'vpc-0a1b2c3d4e5f60718' },\n      subnets: { type: 'isolated' }",
        "vpc: { id: 'vpc-0a1b2c3d4e5f60718' },\n      subnets: { ids: ['subnet-0c30000000000000a'] }",
      ),
    rejectedBy: [synth],
    says: [ENVIRONMENTS, 'subnets'],
  },
  {
    what: 'more requests at once than the database admits connections',
    make: () => {
      const [, database] = project.read(ENVIRONMENTS).split('  example: {');
      const [proxy = ''] = / {6}proxy: \{[\s\S]*?\n {6}\},\n/.exec(database ?? '') ?? [];
      project.write(ENVIRONMENTS, project.read(ENVIRONMENTS).split(proxy).join(WITHOUT_PROXY));
    },
    rejectedBy: [synth],
    says: ['connection-limit', 'reservedConcurrency'],
  },
  {
    what: 'a resolver may take longer than AppSync waits',
    make: () => project.replace(RESOURCE, 'timeoutSeconds: 15', 'timeoutSeconds: 60'),
    rejectedBy: [synth],
    says: ['function-timeout', 'timeoutSeconds'],
  },
  {
    what: 'a function in the VPC has a secret() of Amplify',
    make: () => {
      project.replace(RESOURCE, 'import { defineFunction } from', 'import { defineFunction, secret } from');
      project.replace(
        RESOURCE,
        '  timeoutSeconds: 15,',
        "  timeoutSeconds: 15,\n  environment: { API_TOKEN: secret('API_TOKEN') },",
      );
    },
    rejectedBy: [synth],
    says: ['secret-in-vpc', 'API_TOKEN'],
  },
  {
    what: 'a password stands in a variable of a function',
    make: () =>
      project.replace(
        RESOURCE,
        '  timeoutSeconds: 15,',
        "  timeoutSeconds: 15,\n  environment: { DATABASE_PASSWORD: 'hunter2' },",
      ),
    rejectedBy: [gate],
    says: ['DATABASE_PASSWORD', 'orders-api'],
  },
  {
    what: 'a schema does not compile',
    make: () => project.replace(SCHEMA, 'a.schema({', 'a.schema({{'),
    rejectedBy: [check, synth, startOnce],
    says: [SCHEMA],
  },
  {
    what: 'a sample of local.config.ts no longer fits the schema',
    make: () => project.replace(ORDERS, '    createdAt: a.datetime().required(),\n', ''),
    rejectedBy: [startOnce, gate],
    says: ['local.config.ts', 'createdAt'],
  },
  {
    what: 'a migration is broken',
    make: () => project.write('src/migrations/0002-broken.sql', 'create table t (id uid primary key);\n'),
    rejectedBy: [migrateCheck, startOnce],
    says: ['0002-broken.sql:1:', 'type "uid" does not exist'],
  },
  {
    what: 'two migrations have one number',
    make: () => project.write('src/migrations/0001-second.sql', 'create table t (id uuid primary key);\n'),
    rejectedBy: [migrateCheck, startOnce],
    says: ['0001-second.sql'],
  },
  {
    what: 'a table is open to everybody who is signed in',
    make: () =>
      project.write(
        'src/migrations/0002-open.sql',
        'create table open (customer_sub uuid primary key);\ngrant select on open to app;\n',
      ),
    rejectedBy: [migrateCheck, startOnce],
    says: ['open', 'row level security'],
  },
  {
    what: 'a migration locks a table that is in use',
    make: () => project.write('src/migrations/0002-slow.sql', 'create index orders_by_status on orders (status);\n'),
    rejectedBy: [migrateCheck],
    says: ['0002-slow.sql', 'concurrently'],
  },
  {
    what: 'a migration is named with capitals',
    make: () => {},
    rejectedBy: [() => npm('run', '--silent', 'migrate:new', '--', 'Add_Invoices')],
    says: ['Add_Invoices', 'a-z'],
  },
  {
    what: 'a field has no resolver in the handler that it calls',
    make: () =>
      addField(
        project,
        `  forgotten: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),
`,
      ),
    rejectedBy: [gate],
    says: ['forgotten', 'No resolver for the field Query.forgotten.'],
  },
  {
    what: 'a field has no rule of authorization',
    make: () => addField(project, '  open: a.query().returns(a.string()).handler(ordersApi()),\n'),
    rejectedBy: [synth],
    says: ['open', 'authorization'],
  },
];

test.each(MISTAKES)('$what', ({ make, rejectedBy, says }) => {
  make();

  for (const command of rejectedBy) {
    const { command: line, status, output } = command();
    expect(status, `${line}\n${output}`).not.toBe(0);
    for (const text of says) expect(output, line).toMatch(text);
    expect(output, line).not.toMatch(/\n\s+at .*node_modules/);
  }
});

test('a function that no field calls is deployed, with a warning', () => {
  addFunction(project, 'greeting', { field: false });
  project.write('amplify/functions/say-hello/handler.ts', 'export const handler = async () => null;\n');

  const { status, output } = synth();

  expect(status, output).toBe(0);
  expect(output).toContain(`${LIST} lists 'say-hello', and no field of ${SCHEMA} calls it.`);
});

test('a filled in sandbox whose lookup is not cached says that its subnets are placeholders', () => {
  fillInSandbox(project);

  const { status, output } = synth('sandbox');

  expect(status, output).toBe(0);
  expect(output).toContain('hold placeholder subnets');
});
