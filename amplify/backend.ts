/**
 * The backend, as a table of contents: Amplify's parts, then how the function reaches the database. No logic here; each
 * step is a file. The only place in amplify/ that reads process.env.
 */
import process from 'node:process';
import { defineBackend } from '@aws-amplify/backend';
import { hardenAuth } from './auth/hardening.js';
import { auth } from './auth/resource.js';
import { chooseEnvironment } from './configuration/choose-environment.js';
import { readDeployment } from './configuration/deployment.js';
import { data } from './data/resource.js';
import { raiseReturnedErrors } from './data/typed-errors.js';
import { connectFunction } from './database/connect-function.js';
import { provideProxy } from './database/proxy.js';
import { environments } from './environments.js';
import { ordersApi } from './functions/orders-api/resource.js';
import { lookUpVpc } from './network/existing-vpc.js';
import { readPinnedContext } from './network/pinned-context.js';
import { placeFunctionInVpc } from './network/place-function-in-vpc.js';
import { createSecurityGroups } from './network/security-groups.js';
import { selectSubnets } from './network/subnets.js';

const backend = defineBackend({ auth, data, ordersApi });

hardenAuth(backend.auth.resources.cfnResources);
raiseReturnedErrors(backend.data.resources.cfnResources.cfnFunctionConfigurations, ['orders-api']);

const environment = chooseEnvironment(environments, readDeployment(backend.stack.node), {
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_DEFAULT_REGION,
});

const vpc = lookUpVpc(backend.stack, environment, readPinnedContext());
const subnets = selectSubnets(vpc, environment.network.subnets);

// One stack owns the network and the database; functions only read from it. The other way round is a cycle.
const stack = backend.createStack('networkAndDatabase');
const securityGroups = createSecurityGroups(stack, vpc, environment.database.proxy);
const proxy = provideProxy(stack, environment.database.proxy, { vpc, subnets, securityGroup: securityGroups.proxy });

for (const databaseFunction of [backend.ordersApi]) {
  placeFunctionInVpc(databaseFunction, { subnets, securityGroup: securityGroups.lambda });
  connectFunction(databaseFunction, proxy, environment.database);
}
