/** Exports what an app uses of this package. Everything else can change without notice. */
export { checkGroups } from './auth/check-groups.js';
export { hardenAuth } from './auth/hardening.js';
export { chooseEnvironment } from './configuration/choose-environment.js';
export { readDeployment } from './configuration/deployment.js';
export { removalPolicyOf } from './configuration/environment.js';
export { mapResponses } from './data/typed-errors.js';
export { connectFunction } from './database/connect-function.js';
export { migrateAtDeploy } from './database/migrations/migrate-at-deploy.js';
export { provideDatabase } from './database/provide-database.js';
export { planSqlDataSource } from './database/sql-data-source.js';
export { checkFunctions } from './functions/check-functions.js';
export { type FunctionList, functionsOf, resourcesOf } from './functions/function-list.js';
export { addGuardrails } from './guardrails/guardrails.js';
export { logSettingsOf, monitorDeployment } from './monitoring/monitor-deployment.js';
export { readCachedContext } from './network/cached-context.js';
export { createNetwork } from './network/create-network.js';
export { placeFunctionInVpc } from './network/place-function-in-vpc.js';
export { reportNetwork } from './network/report-network.js';
