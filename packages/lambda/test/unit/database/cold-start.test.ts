import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { functionBuildOptions } from '../../../src/bundle/function-bundle.js';
import { CREDENTIALS_ENVIRONMENT } from '../../../src/database/aws-credentials.js';
import { DATABASE_ENVIRONMENT } from '../../../src/database/environment-names.js';

const HANDLER = join(import.meta.dirname, '../../../../testing/app/amplify/functions/orders-api/handler.ts');

/**
 * Parts of Node.js that have to be loaded, and that Lambda's runtime does not load either. Node 20 has no `navigator`, so pg
 * looks for `Response` there, which loads perf_hooks and more.
 */
const LEFT_OUT = ['timers/promises', ...('navigator' in globalThis ? ['perf_hooks'] : [])];

/** Nothing listens there: the request is refused, after all that a cold start does. */
const ENVIRONMENT = {
  [DATABASE_ENVIRONMENT.host]: 'localhost',
  [DATABASE_ENVIRONMENT.port]: '1',
  [DATABASE_ENVIRONMENT.database]: 'app',
  [DATABASE_ENVIRONMENT.user]: 'app',
  AWS_REGION: 'eu-west-1',
  AMPLIFY_SSM_ENV_CONFIG: '{}',
  [CREDENTIALS_ENVIRONMENT.accessKeyId]: 'AKIDEXAMPLE',
  [CREDENTIALS_ENVIRONMENT.secretAccessKey]: 'example',
};

const program = (bundle: string) => `
  const { handler } = await import(${JSON.stringify(pathToFileURL(bundle).href)});
  const event = { typeName: 'Query', fieldName: 'listOrders', arguments: {}, identity: { sub: '${crypto.randomUUID()}', groups: null } };
  const answer = await handler(event, { awsRequestId: 'cold', getRemainingTimeInMillis: () => 15_000 });
  const loaded = process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13));
  process.stdout.write('\\n' + JSON.stringify({ answer, loaded }), () => process.exit());
`;

test('a cold start loads no part of Node.js that a request can do without', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cold-start-'));
  try {
    await build(functionBuildOptions(HANDLER, directory));

    const args = ['--input-type=module', '--eval', program(join(directory, 'index.mjs'))];
    const stdout = execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: 'utf8', timeout: 20_000 });

    const { answer, loaded } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(answer).toMatchObject({ error: { type: 'DatabaseUnavailable' } });
    expect(loaded).toContain('tls');
    expect(loaded.filter((name: string) => LEFT_OUT.includes(name))).toEqual([]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
