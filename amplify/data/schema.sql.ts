/**
 * The tables of Amplify's SQL data source. `npx ampx generate schema-from-database` writes them over this file
 * (packages/backend/docs/sql-data-source.md). Until an environment has an SQL data source, nothing of it is deployed.
 */
import { secret } from '@aws-amplify/backend';
import { a } from '@aws-amplify/data-schema';
import { configure } from '@aws-amplify/data-schema/internals';

export const schema = configure({
  database: {
    identifier: 'IDexample',
    engine: 'postgresql',
    connectionUri: secret('SQL_CONNECTION_URI'),
    sslCert: secret('SQL_CERTIFICATE_AUTHORITY'),
  },
}).schema({
  replace_me: a.model({ id: a.id().required() }).identifier(['id']),
});
