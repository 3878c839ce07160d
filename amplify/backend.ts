/** Lists what is deployed: Amplify's parts, then each step by which the functions reach the database. No logic here. */
import process from 'node:process';
import { defineBackend } from '@aws-amplify/backend';
import * as vpcPostgres from '@vpc-postgres/backend';
import { App } from 'aws-cdk-lib';
import { auth } from './auth/resource.js';
import { apiSchema, defineApi } from './data/resource.js';
import { schema } from './data/schema.js';
import { environments } from './environments.js';
import { functions } from './functions/functions.js';

// The CDK's context, which every App reads when it is created. Amplify's own comes too late: its API is defined with it.
const deployment = vpcPostgres.readDeployment(new App({ autoSynth: false }).node);
const environment = vpcPostgres.chooseEnvironment(environments, deployment, {
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_DEFAULT_REGION,
});
const removalPolicy = vpcPostgres.removalPolicyOf(environment, deployment);
const cachedContext = vpcPostgres.readCachedContext(new URL('../cdk.context.json', import.meta.url));
/** Off, unless the environment says otherwise: packages/backend/docs/sql-data-source.md. */
const sqlDataSource = vpcPostgres.planSqlDataSource(environment, cachedContext);
vpcPostgres.checkFunctions(functions, schema, new URL('./functions/', import.meta.url));

export const backend = defineBackend({
  auth,
  data: defineApi(sqlDataSource?.vpcConfig),
  ...vpcPostgres.resourcesOf(functions),
});
const { all, withDatabase } = vpcPostgres.functionsOf(functions, backend);

vpcPostgres.checkGroups(apiSchema(sqlDataSource?.vpcConfig), backend.auth.resources);
vpcPostgres.hardenAuth(backend.auth.resources.cfnResources, removalPolicy);
vpcPostgres.mapResponses(backend.data.resources.cfnResources.cfnFunctionConfigurations, schema);

// One stack owns the network and the database; functions only read from it. The other way round is a cycle.
const stack = backend.createStack('networkAndDatabase');
const network = vpcPostgres.createNetwork(stack, environment, cachedContext);
const database = vpcPostgres.provideDatabase(stack, environment, network, removalPolicy);
const logs = vpcPostgres.logSettingsOf(environment, removalPolicy);
const sql = new URL('../src/migrations', import.meta.url);
const migrations = vpcPostgres.migrateAtDeploy(stack, environment.database.migrator, sql, database, network, logs);
const sqlFunction = sqlDataSource?.connect(network, database, backend.data.resources.functions, environment.limits);
vpcPostgres.reportNetwork(stack, network);

for (const fn of Object.values(withDatabase)) {
  vpcPostgres.placeFunctionInVpc(fn, network);
  vpcPostgres.connectFunction(fn, database, environment.database.user, environment.limits);
  migrations?.runBefore(fn.resources.lambda);
}

const monitored = { ...all, ...(sqlFunction && { 'sql-data-source': sqlFunction }) };
vpcPostgres.monitorDeployment(() => backend.createStack('monitoring'), environment, monitored, database, logs);
const databaseFunctions = Object.values(withDatabase);
const migrationFunction = migrations?.function;
const guarded = { environment, network, database, databaseFunctions, migrationFunction, sqlFunction, removalPolicy };
vpcPostgres.addGuardrails(backend.stack, guarded);
