import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionBuildOptions } from '@vpc-postgres/lambda/bundle/function-bundle.js';
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import { schema } from '@vpc-postgres/testing/app/amplify/data/schema.js';
import { copyApp } from '@vpc-postgres/testing/support/app-copy.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { newProxyToInstance } from '@vpc-postgres/testing/support/environments.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAmplifyApp } from '../../src/amplify/amplify-app.js';
import { functionNamesIn } from '../../src/appsync/directives.js';
import { functionEnvironment } from '../../src/function-environment.js';
import { LOCAL_POOL_SETTINGS } from '../../src/start-database.js';

/** What runs on the laptop is what Amplify deploys. */
const PROJECT = join(import.meta.dirname, '../../../testing/app');

/** pg and what it is made of, the token signer and what it is made of, and Amplify's own shim. */
const REQUEST_PATH_PACKAGES =
  /^(pg|pg-[a-z0-9-]+|pgpass|postgres-[a-z]+|split2|xtend|@aws-sdk\/.+|@smithy\/.+|@aws-crypto\/.+|@aws\/lambda-invoke-store|@aws-amplify\/backend-function|tslib|bowser)$/;

const ACCESS = {
  host: 'localhost',
  port: 6432,
  database: 'app',
  user: 'app',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
  caPath: '/dev/null',
};

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

test('each local function has the timeout, memory and variables of the deployed one', async () => {
  const { functions } = await readAmplifyApp(PROJECT);
  const template = synthesis.nested('function');
  const nameOf = (properties: Deployed) => properties.Tags.find(({ Key }) => Key === 'amplify:friendly-name')?.Value;
  const deployed = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties as Deployed,
  );

  expect(Object.values(functions).map(({ name }) => name)).toEqual(deployed.map(nameOf));
  for (const definition of Object.values(functions)) {
    const properties = deployed.find((candidate) => nameOf(candidate) === definition.name);
    expect(properties).toMatchObject({
      Timeout: definition.timeoutSeconds,
      MemorySize: definition.memoryMB,
      Runtime: `nodejs${definition.runtimeMajor}.x`,
    });
    const local = variablesOf(functionEnvironment(definition, ACCESS));
    const inAws = variablesOf(properties?.Environment.Variables ?? {});
    // Where the database is differs, and is a token in the template. How it is named, and all the rest, does not.
    const isPlace = (name: string) => Object.values<string>(DATABASE_ENVIRONMENT).includes(name);
    const withoutPlace = (variables: Record<string, string>) =>
      Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, isPlace(name) ? 'somewhere' : value]));
    expect(withoutPlace(local)).toEqual(withoutPlace(inAws));
  }
});

/** What each option may be, and none. */
const RESOURCES = [
  'defineFunction()',
  "defineFunction({ name: 'named', timeoutSeconds: 900, memoryMB: 10240, runtime: 22 })",
  "defineFunction({ entry: './other.ts', timeoutSeconds: 1, memoryMB: 128, bundling: { minify: false } })",
  "defineFunction({ entry: '../shared/code.ts', name: 'shared', environment: { LEVEL: 'info', EMPTY: '' } })",
  "defineFunction({ entry: '', name: '', runtime: 24, bundling: {} })",
];

test.each(RESOURCES)('%s is read as Amplify reads it', async (resource) => {
  const copy = await copyApp();
  const project = copy.app.projectDirectory;
  // What they extend is not there.
  await Promise.all(['amplify/tsconfig.json', 'tsconfig.json'].map((name) => rm(join(project, name))));
  const file = 'amplify/functions/orders-api/resource.ts';
  await copy.write(
    file,
    `import { defineFunction } from '@aws-amplify/backend';\nexport const ordersApi = ${resource};`,
  );

  const { functions } = await readAmplifyApp(project);
  const { ordersApi }: { ordersApi: { hydrateDefaults(): Record<string, unknown> } } = await import(
    join(project, file)
  );
  const { bundling, runtime, name, entry, timeoutSeconds, memoryMB, environment } = ordersApi.hydrateDefaults();

  const minify = (bundling as { minify: boolean }).minify;
  expect(functions['orders-api']).toMatchObject({ name, entry, timeoutSeconds, memoryMB, environment, minify });
  expect(functions['orders-api']?.runtimeMajor).toBe(runtime);
  await copy.remove();
});

interface Deployed {
  Tags: readonly { Key: string; Value: string }[];
  Environment: { Variables: Record<string, string> };
}

/** Lambda adds those of the role; the emulator's certificate is in no list of Node's. */
const NOT_COMPARED = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'NODE_EXTRA_CA_CERTS'];

const variablesOf = (variables: Record<string, string>) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !NOT_COMPARED.includes(name)));

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
