/** The files of a new function. */
import type { Names } from './names.js';

export function resourceFile({ kebab, camel }: Names, database: boolean): string {
  const place = database
    ? 'in the VPC: no secret(), which Amplify fetches from SSM, where the VPC has no route to'
    : 'outside the VPC';
  return `/** The Lambda function ${kebab}. It is ${place}. */
import { defineFunction } from '@aws-amplify/backend';

export const ${camel} = defineFunction({
  name: '${kebab}',
  /** Node.js 24, supported by Lambda until April 2028. */
  runtime: 24,
  /** Below AppSync's limit of 30 s${database ? ', and above every timeout of the database' : ''}. */
  timeoutSeconds: 15,
  /** Memory also buys CPU. 128 to 10240. */
  memoryMB: ${database ? 1024 : 512},
  /** A fifth cheaper than x86_64. A dependency with a binary of its own needs one for arm64. */
  architecture: 'arm64',
});
`;
}

interface HandlerParts {
  readonly imports: string;
  readonly fields: string;
  readonly constraints: string;
  /** What is imported of the resolver's module. @default 'createResolver' */
  readonly resolver?: string;
}

/** What connects a handler to the database, and the resolver around its fields. */
export function databaseHandlerFile(
  applicationName: string,
  about: string,
  { imports, fields, constraints, resolver = 'createResolver' }: HandlerParts,
): string {
  return `/** ${about} */
import { createDatabase } from '@vpc-postgres/lambda/database/database.js';
import { readDatabaseSettings } from '@vpc-postgres/lambda/database/settings.js';
import { logJson } from '@vpc-postgres/lambda/graphql/log.js';
import { ${resolver} } from '@vpc-postgres/lambda/graphql/resolver.js';
${imports}
const database = createDatabase(readDatabaseSettings(process.env), {
  applicationName: '${applicationName}',
  onIdleError: (error) => logJson('info', 'idle connection lost', { cause: error.message }),
});

await database.warmUp();

export const handler = createResolver({
  fields: ${fields},
  constraints: ${constraints},
  activity: database.activity,
  log: logJson,
});
`;
}

export function functionHandlerFile({ kebab, camel }: Names, database: boolean): string {
  if (!database) {
    return `/** The Lambda function behind the field ${camel}. */
import type { Schema } from '../../data/schema.js';

export const handler: Schema['${camel}']['functionHandler'] = async ({ arguments: { name } }) => {
  return \`Hello, \${name ?? 'world'}!\`;
};
`;
  }
  const fields = `{
    ${camel}: async (caller) => {
      const sql = 'select now() as "databaseTime"';
      const [row] = await database.query<{ databaseTime: string }>(caller, sql, [], { retry: 'read' });
      if (row === undefined) throw new Error('PostgreSQL returned no row for now().');
      return row.databaseTime;
    },
  } satisfies Pick<FieldResolvers<Schema>, '${camel}'>`;
  const about = `The Lambda function behind the field ${camel}: the time of the database, by the whole path.`;
  const imports = "import type { Schema } from '../../data/schema.js';\n";
  const resolver = 'createResolver, type FieldResolvers';
  return databaseHandlerFile(kebab, about, { imports, fields, constraints: '{}', resolver });
}

/** What amplify/data/schema.ts says of it. */
export function functionField({ kebab, camel }: Names, database: boolean): string {
  const [args, type] = database ? ['', 'datetime'] : ['\n  .arguments({ name: a.string() })', 'string'];
  return `${camel}: a
  .query()${args}
  .returns(a.${type}().required())
  .authorization((allow) => [allow.authenticated()])
  .handler(a.handler.function('${kebab}'))`;
}
