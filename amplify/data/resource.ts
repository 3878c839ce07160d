/** The AppSync API: which schema, which functions resolve it, and who may call it. */
import { defineData } from '@aws-amplify/backend';
import { a, type ClientSchema } from '@aws-amplify/data-schema';
import { resourcesOf } from '@vpc-postgres/backend';
import { functions } from '../functions/functions.js';
import { schema } from './schema.js';
import { type SqlDataSourceVpcConfig, sqlSchema } from './sql-schema.js';

/** @param sqlDataSource Where Amplify's SQL data source is, in an environment that has one. */
export const defineApi = (sqlDataSource?: SqlDataSourceVpcConfig) =>
  defineData({
    schema: apiSchema(sqlDataSource),
    // The names that a.handler.function() uses in schema.ts.
    functions: resourcesOf(functions),
    // Every caller is a signed-in user. No API key: a key in a web page is public, and it expires at a bad moment.
    authorizationModes: { defaultAuthorizationMode: 'userPool' },
  });

/** As `defineApi` takes it. */
export const apiSchema = (sqlDataSource?: SqlDataSourceVpcConfig) =>
  sqlDataSource === undefined ? schema : withSqlDataSource(sqlDataSource);

const withSqlDataSource = (vpcConfig: SqlDataSourceVpcConfig) => a.combine([schema, sqlSchema(vpcConfig)]);

/** For the clients of an environment that has the SQL data source; `Schema` of schema.ts for the others. */
export type SchemaWithSqlDataSource = ClientSchema<ReturnType<typeof withSqlDataSource>>;
