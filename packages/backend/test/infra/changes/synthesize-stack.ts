/** Synthesizes the stack of network and database alone, without Amplify: twenty times as fast as the whole backend. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly, type Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { exampleEnvironment } from '@vpc-postgres/testing/support/environments.js';
import { branch } from '@vpc-postgres/testing/support/synthesize.js';
import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { BUNDLING_STACKS, DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { chooseEnvironment } from '../../../src/configuration/choose-environment.js';
import { type Environment, removalPolicyOf } from '../../../src/configuration/environment.js';
import { migrateAtDeploy } from '../../../src/database/migrations/migrate-at-deploy.js';
import { provideDatabase } from '../../../src/database/provide-database.js';
import { logSettingsOf } from '../../../src/monitoring/monitor-deployment.js';
import { createNetwork } from '../../../src/network/create-network.js';
import { cachedContext } from './shapes.js';

const MIGRATIONS = new URL('../../../../testing/app/src/migrations/', import.meta.url);

/** A branch is deployed with credentials of one account, and for one region, whatever an environment says. */
const CREDENTIALS = { account: exampleEnvironment.account, region: exampleEnvironment.region };

/** As amplify/backend.ts calls them, in that order. */
export function synthesizeStack(environment: Environment): Synthesis {
  const deployment = branch('main');
  const main = chooseEnvironment({ main: environment }, deployment, CREDENTIALS);
  const outdir = mkdtempSync(join(tmpdir(), 'changes-'));
  try {
    const app = new App({
      outdir,
      analyticsReporting: false,
      context: { [BUNDLING_STACKS]: [], [DISABLE_ASSET_STAGING_CONTEXT]: true },
    });
    const root = new Stack(app, 'amplify-d1example-main-branch-0123456789');
    const stack = new NestedStack(root, 'networkAndDatabase');
    const removalPolicy = removalPolicyOf(main, deployment);
    const network = createNetwork(stack, main, cachedContext);
    const database = provideDatabase(stack, main, network, removalPolicy);
    migrateAtDeploy(stack, main.database.migrator, MIGRATIONS, database, network, logSettingsOf(main, removalPolicy));
    app.synth();
    return readAssembly(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
