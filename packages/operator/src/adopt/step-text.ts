/** The text of the steps by which functions reach the database, as amplify/backend.ts of the starter has them. */

/** Where each imported name comes from. */
export const IMPORTED_NAMES: Readonly<Record<string, string>> = {
  process: 'node:process',
  vpcPostgres: '@vpc-postgres/backend',
  App: 'aws-cdk-lib',
  schema: './data/schema.js',
  environments: './environments.js',
  functions: './functions/functions.js',
};

/** What the steps declare. */
export const STEP_NAMES = [
  'deployment',
  'environment',
  'removalPolicy',
  'cachedContext',
  'all',
  'withDatabase',
  'stack',
  'network',
  'database',
  'logs',
  'sql',
  'migrations',
  'databaseFunctions',
  'migrationFunction',
  'guarded',
];

/** How a name is imported, where it is not `{ name }`. */
export const CLAUSES: Readonly<Record<string, string>> = { process: 'process', vpcPostgres: '* as vpcPostgres' };

/** Between the imports and the call of defineBackend. */
export const BEFORE = `
// The CDK's context, which every App reads when it is created.
const deployment = vpcPostgres.readDeployment(new App({ autoSynth: false }).node);
const environment = vpcPostgres.chooseEnvironment(environments, deployment, {
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_DEFAULT_REGION,
});
const removalPolicy = vpcPostgres.removalPolicyOf(environment, deployment);
const cachedContext = vpcPostgres.readCachedContext(new URL('../cdk.context.json', import.meta.url));
vpcPostgres.checkFunctions(functions, schema, new URL('./functions/', import.meta.url));`;

/** Behind all that the file has. @param backend what the result of defineBackend is called */
export const after = (backend: string) => `
const { all, withDatabase } = vpcPostgres.functionsOf(functions, ${backend});

vpcPostgres.checkGroups(schema, ${backend}.auth.resources);
vpcPostgres.mapResponses(${backend}.data.resources.cfnResources.cfnFunctionConfigurations, schema);

// One stack owns the network and the database; functions only read from it. The other way round is a cycle.
const stack = ${backend}.createStack('networkAndDatabase');
const network = vpcPostgres.createNetwork(stack, environment, cachedContext);
const database = vpcPostgres.provideDatabase(stack, environment, network, removalPolicy);
const logs = vpcPostgres.logSettingsOf(environment, removalPolicy);
const sql = new URL('../src/migrations', import.meta.url);
const migrations = vpcPostgres.migrateAtDeploy(stack, environment.database.migrator, sql, database, network, logs);
vpcPostgres.reportNetwork(stack, network);

for (const fn of Object.values(withDatabase)) {
  vpcPostgres.placeFunctionInVpc(fn, network);
  vpcPostgres.connectFunction(fn, database, environment.database.user, environment.limits);
  migrations?.runBefore(fn.resources.lambda);
}

vpcPostgres.monitorDeployment(() => ${backend}.createStack('monitoring'), environment, all, database, logs);
const databaseFunctions = Object.values(withDatabase);
const migrationFunction = migrations?.function;
const guarded = { environment, network, database, databaseFunctions, migrationFunction, removalPolicy };
// The function of Amplify's SQL data source, which this app has not.
vpcPostgres.addGuardrails(${backend}.stack, { ...guarded, sqlFunction: undefined });
`;
