/**
 * The backend, as a table of contents: Amplify's parts, then how the functions reach the database. No logic here; each
 * step is a file. The only place in amplify/ that reads process.env.
 */
import process from 'node:process';
import { defineBackend } from '@aws-amplify/backend';
import { hardenAuth } from '@vpc-postgres/backend/auth/hardening.js';
import { chooseEnvironment } from '@vpc-postgres/backend/configuration/choose-environment.js';
import { readDeployment } from '@vpc-postgres/backend/configuration/deployment.js';
import { keepsData } from '@vpc-postgres/backend/configuration/environment.js';
import { raiseReturnedErrors } from '@vpc-postgres/backend/data/typed-errors.js';
import { connectFunction } from '@vpc-postgres/backend/database/connect-function.js';
import { migrateAtDeploy } from '@vpc-postgres/backend/database/migrations/migrate-at-deploy.js';
import { provideDatabase } from '@vpc-postgres/backend/database/provide-database.js';
import { planSqlDataSource } from '@vpc-postgres/backend/database/sql-data-source.js';
import { guard } from '@vpc-postgres/backend/guardrails/guardrails.js';
import { logSettingsOf, monitorDeployment } from '@vpc-postgres/backend/monitoring/monitor-deployment.js';
import { createNetwork } from '@vpc-postgres/backend/network/create-network.js';
import { readPinnedContext } from '@vpc-postgres/backend/network/pinned-context.js';
import { placeFunctionInVpc } from '@vpc-postgres/backend/network/place-function-in-vpc.js';
import { reportNetwork } from '@vpc-postgres/backend/network/report-network.js';
import { App } from 'aws-cdk-lib';
import { auth } from './auth/resource.js';
import { defineApi } from './data/resource.js';
import { environments } from './environments.js';
import { ordersApi } from './functions/orders-api/resource.js';

// The CDK's context, which every App reads when it is made. Amplify's own comes too late: its API is defined with it.
const deployment = readDeployment(new App({ autoSynth: false }).node);
const environment = chooseEnvironment(environments, deployment, {
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_DEFAULT_REGION,
});
const keepData = keepsData(environment, deployment);
const pinnedContext = readPinnedContext(new URL('../cdk.context.json', import.meta.url));
/** Off, unless the environment says otherwise: packages/backend/docs/sql-data-source.md. */
const sqlDataSource = planSqlDataSource(environment, pinnedContext);

export const backend = defineBackend({ auth, data: defineApi(sqlDataSource?.place), ordersApi });

hardenAuth(backend.auth.resources.cfnResources, keepData);
raiseReturnedErrors(backend.data.resources.cfnResources.cfnFunctionConfigurations, ['orders-api']);

// One stack owns the network and the database; functions only read from it. The other way round is a cycle.
const stack = backend.createStack('networkAndDatabase');
const network = createNetwork(stack, environment, pinnedContext);
const database = provideDatabase(stack, environment.database, network, keepData);
const logs = logSettingsOf(environment, keepData);
const sql = new URL('../src/migrations', import.meta.url);
const migrations = migrateAtDeploy(stack, environment.database.migrator, sql, database, network, logs);
const sqlFunction = sqlDataSource?.connect(network, database, backend.data.resources.functions, environment.limits);
reportNetwork(stack, environment, network);

/** The functions that need the database, and therefore a place in the VPC. Others stay outside. */
const databaseFunctions = { 'orders-api': backend.ordersApi };
for (const databaseFunction of Object.values(databaseFunctions)) {
  placeFunctionInVpc(databaseFunction, network);
  connectFunction(databaseFunction, database, environment.database.user, environment.limits);
  migrations?.runBefore(databaseFunction.resources.lambda);
}

const functions = { ...databaseFunctions, ...(sqlFunction && { 'sql-data-source': sqlFunction }) };
monitorDeployment(() => backend.createStack('monitoring'), environment, functions, database, logs);
guard(backend.stack, {
  environment,
  network,
  database,
  databaseFunctions: Object.values(databaseFunctions),
  migrationFunction: migrations?.function,
  sqlFunction,
  keepData,
});
