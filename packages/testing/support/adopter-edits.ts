/** The edits of adopters in the journeys: what the README asks for, as text in files, and nothing else. */
import type { AdopterProject } from './adopter-project.js';

/** Values for the placeholders of `sandbox`, in the order of the file. */
const SANDBOX = [
  ['account: ', "'444455556666'"],
  ['region: ', "'eu-central-1'"],
  ['vpc: { id: ', "'vpc-0fedcba9876543210'"],
  ['name: ', "'shop'"],
  ['user: ', "'app'"],
  ['proxyArn: ', "'arn:aws:rds:eu-central-1:444455556666:db-proxy:prx-0fedcba9876543210'"],
  ['endpoint: ', "'shop.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com'"],
  ['securityGroup: { id: ', "'sg-0fedcba9876543210'"],
] as const;

export function fillInSandbox(project: AdopterProject): void {
  for (const [field, value] of SANDBOX) {
    project.replace('amplify/environments.ts', `${field}'REPLACE_ME'`, `${field}${value}`);
  }
}

/** As docs/environments.md shows it: what the environments share is a constant. */
export function addNamedEnvironments(project: AdopterProject): void {
  const shared = `const shared = {
  account: '444455556666',
  region: 'eu-central-1',
  network: { kind: 'existing', vpc: { id: 'vpc-0fedcba9876543210' }, subnets: { type: 'isolated' } },
  database: {
    name: 'shop',
    user: 'app',
    migrator: 'migrator',
    proxy: {
      kind: 'existing',
      proxyArn: 'arn:aws:rds:eu-central-1:444455556666:db-proxy:prx-0fedcba9876543210',
      endpoint: 'shop.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com',
      securityGroup: { id: 'sg-0fedcba9876543210', rules: 'add' },
    },
  },
} as const;

`;
  const start = 'export const environments: Environments = {\n';
  project.replace(
    'amplify/environments.ts',
    start,
    `${shared}${start}  main: { ...shared, limits: { reservedConcurrency: 100 } },\n  'feature/*': shared,\n\n`,
  );
}

export function addTable(project: AdopterProject): void {
  const { status, output } = project.run('npm', 'run', '--silent', 'migrate:new', '--', 'create-customers');
  if (status !== 0) throw new Error(output);
  project.write(
    'src/migrations/0002-create-customers.sql',
    `-- Customers, each of the user who made it.
create table customers (
  id uuid primary key default gen_random_uuid(),
  customer_sub uuid not null default identity.sub(),
  name text not null
);

alter table customers enable row level security, force row level security;
create policy own_customers on customers to app
  using (customer_sub = (select identity.sub())) with check (customer_sub = (select identity.sub()));
grant select, insert on customers to app;
`,
  );
  addField(
    project,
    `  listCustomers: a
    .query()
    .returns(a.string().required().array().required())
    .authorization((allow) => [allow.authenticated()])
    .handler(ordersApi()),
`,
  );
  project.insert(
    'src/orders/fields.ts',
    '    orderTotals: async (caller)',
    `    listCustomers: async (caller) => {
      const sql = 'select name from customers order by name';
      return (await database.query<{ name: string }>(caller, sql, [])).map(({ name }) => name);
    },
`,
  );
}

const ADDED = {
  invoices: {
    folder: 'invoices-api',
    name: 'invoicesApi',
    database: true,
    resource: `import { defineFunction } from '@aws-amplify/backend';

export const invoicesApi = defineFunction({ name: 'invoices-api', runtime: 24, timeoutSeconds: 10, memoryMB: 1024 });
`,
    handler: `import { createDatabase } from '@vpc-postgres/lambda/database/database.js';
import { readDatabaseSettings } from '@vpc-postgres/lambda/database/settings.js';
import { logJson } from '@vpc-postgres/lambda/graphql/log.js';
import { createResolver } from '@vpc-postgres/lambda/graphql/resolver.js';

const database = createDatabase(readDatabaseSettings(process.env), {
  applicationName: 'invoices-api',
  onIdleError: (error) => logJson('info', 'idle connection lost', { cause: error.message }),
});

export const handler = createResolver({
  fields: {
    countOrders: async (caller) => {
      const [row] = await database.query(caller, 'select count(*)::int as count from orders', []);
      return row?.count;
    },
  },
  activity: database.activity,
  log: logJson,
});
`,
    field: `  countOrders: a
    .query()
    .returns(a.integer().required())
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.function('invoices-api')),
`,
  },
  greeting: {
    folder: 'say-hello',
    name: 'sayHello',
    database: false,
    resource: `import { defineFunction } from '@aws-amplify/backend';

export const sayHello = defineFunction({ name: 'say-hello', runtime: 24, environment: { GREETING: 'Hello' } });
`,
    handler: `import type { Schema } from '../../data/schema.js';

export const handler: Schema['sayHello']['functionHandler'] = async (event) =>
  \`\${process.env.GREETING}, \${event.arguments.name}!\`;
`,
    field: `  sayHello: a
    .query()
    .arguments({ name: a.string().required() })
    .returns(a.string().required())
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.function('say-hello')),
`,
  },
} as const;

export type AddedFunction = keyof typeof ADDED;

/** A folder with two files, a line in the list with its import, and a field that names the function. */
export function addFunction(
  project: AdopterProject,
  which: AddedFunction,
  { listed = true, field = true, database = ADDED[which].database }: FunctionMistakes = {},
): void {
  const added = ADDED[which];
  project.write(`amplify/functions/${added.folder}/resource.ts`, added.resource);
  project.write(`amplify/functions/${added.folder}/handler.ts`, added.handler);
  if (listed) {
    const list = 'amplify/functions/functions.ts';
    const own = `import { ${added.name} } from './${added.folder}/resource.js';\n`;
    const orders = "import { ordersApi } from './orders-api/resource.js';\n";
    project.replace(list, orders, which === 'invoices' ? own + orders : orders + own);
    project.insert(
      list,
      '} satisfies FunctionList',
      `  '${added.folder}': { resource: ${added.name}, database: ${database} },\n`,
    );
  }
  if (field) addField(project, added.field);
}

/** What is done wrongly, or forgotten. */
export interface FunctionMistakes {
  readonly listed?: boolean;
  readonly field?: boolean;
  readonly database?: boolean;
}

/** To the schema, or to the example's part of it, whose fields its function answers. */
export function addField(project: AdopterProject, text: string): void {
  if (text.includes('ordersApi()')) project.replace('src/orders/schema.ts', '\n};\n', `\n\n${text}};\n`);
  else project.replace('amplify/data/schema.ts', '\n});\n', `\n\n${text}});\n`);
}

/** In every file of the app that names it. */
export function renameGroup(project: AdopterProject, from: string, to: string): void {
  const { output } = project.run('git', 'grep', '-l', `'${from}'`, '--', 'amplify', 'src', 'test', 'local.config.ts');
  for (const file of output.trim().split('\n')) {
    project.write(file, project.read(file).replaceAll(`'${from}'`, `'${to}'`));
  }
}
