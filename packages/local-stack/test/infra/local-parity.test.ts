import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionBuildOptions } from '@vpc-postgres/lambda/bundle/function-bundle.js';
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import { schema } from '@vpc-postgres/testing/app/amplify/data/schema.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { newProxyToInstance } from '@vpc-postgres/testing/support/environments.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionNamesIn } from '../../src/appsync/directives.js';
import { LOCAL_POOL_SETTINGS } from '../../src/stack.js';

/** What runs on the laptop is what Amplify deploys. */
const PROJECT = join(import.meta.dirname, '../../../testing/app');

/** pg and what it is made of, the token signer and what it is made of, and Amplify's own shim. */
const REQUEST_PATH_PACKAGES =
  /^(pg|pg-[a-z0-9-]+|pgpass|postgres-[a-z]+|split2|xtend|@aws-sdk\/.+|@smithy\/.+|@aws-crypto\/.+|@aws\/lambda-invoke-store|@aws-amplify\/backend-function|tslib|bowser)$/;

let synthesis: Synthesis;
let directory: string;

beforeAll(async () => {
  synthesis = await synthesizeExample();
  directory = await mkdtemp(join(tmpdir(), 'parity-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('the local bundle of orders-api is, byte for byte, the one that Amplify deploys', async () => {
  const entry = join(PROJECT, 'amplify/functions/orders-api/handler.ts');
  await build({ ...functionBuildOptions(entry, directory), absWorkingDir: PROJECT });

  expect(synthesis.functionBundles).toContain(await readFile(join(directory, 'index.mjs'), 'utf8'));
});

test('only what the request path needs enters the bundle', async () => {
  const entry = join(PROJECT, 'amplify/functions/orders-api/handler.ts');
  const { metafile } = await build({
    ...functionBuildOptions(entry, directory),
    absWorkingDir: PROJECT,
    metafile: true,
  });

  const ours = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/'));
  expect(
    ours.filter(
      (path) =>
        !/^(amplify\/functions\/orders-api|(\.\.\/\.\.\/lambda\/)?src\/(database|graphql|orders|sql))\//.test(path),
    ),
  ).toEqual([]);
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  const strangers = [...new Set(packages)].filter((name) => !REQUEST_PATH_PACKAGES.test(name));
  expect(strangers).toEqual([]);
});

test('the local function has the deployed one’s time and memory, and the same variables', () => {
  synthesis.nested('function').hasResourceProperties('AWS::Lambda::Function', {
    Timeout: localApp.functionLimits.timeoutSeconds,
    MemorySize: localApp.functionLimits.memoryMB,
  });
  const [fn] = Object.values(synthesis.nested('function').findResources('AWS::Lambda::Function'));
  const variables = Object.keys(fn?.Properties.Environment.Variables).filter((name) => name.startsWith('DATABASE_'));
  expect(variables.toSorted()).toEqual(Object.values(DATABASE_ENVIRONMENT).toSorted());
});

test('every function that the schema names is one that the backend deploys', () => {
  expect(functionNamesIn(schema.transform().schema)).toEqual(['orders-api']);
});

test('the local proxy has the timeouts of a new one in AWS', async () => {
  const sandboxOfAlice = await synthesize(sandbox('alice'), {
    environments: { sandbox: newProxyToInstance },
    bundle: false,
  });
  const network = sandboxOfAlice.nested('networkAndDatabase');

  network.hasResourceProperties('AWS::RDS::DBProxy', {
    IdleClientTimeout: LOCAL_POOL_SETTINGS.idleClientTimeoutSeconds,
  });
  network.hasResourceProperties('AWS::RDS::DBProxyTargetGroup', {
    ConnectionPoolConfigurationInfo: { ConnectionBorrowTimeout: LOCAL_POOL_SETTINGS.connectionBorrowTimeoutSeconds },
  });
});
