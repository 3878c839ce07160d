import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { noActivity } from '../../../src/database/activity.js';
import { explainLook, summarizeLook } from '../../../src/database/look/explain.js';
import { lookFromInside } from '../../../src/database/look/look.js';
import { lookQuestion } from '../../../src/database/look/question.js';
import type { LookReport } from '../../../src/database/look/report.js';
import { createResolver, type ResolverEvent } from '../../../src/graphql/resolver.js';

const SETTINGS = { host: 'localhost', port: 1, database: 'app', user: 'app', region: 'eu-west-1' };
const NO_CREDENTIALS = () => ({ accessKeyId: '', secretAccessKey: '' });

test('a function without a database answers that it has none', async () => {
  const handler = createResolver({ fields: {}, activity: noActivity(), log: () => {} });
  const clientContext = lookQuestion({ sentAt: new Date() });
  const context = { awsRequestId: '1', clientContext, getRemainingTimeInMillis: () => 1_000 };

  const report = (await handler(null as unknown as ResolverEvent, context)) as unknown as LookReport;

  expect(report).toMatchObject({ lookFromInside: 1, hops: [] });
  expect(summarizeLook(report)).toBe('The function has no database: nothing was tried.');
});

test('a resolver without a database has no node-postgres in its bundle', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../../../src/graphql/resolver.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
  });

  expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([]);
});

test.each([
  ['a function that has no time left', 0],
  ['a name that never resolves in that time', 501],
])('%s gets a report all the same', async (_, remainingMillis) => {
  const settings = { ...SETTINGS, host: 'no-such-host.invalid', credentials: NO_CREDENTIALS };
  const subject = { settings, applicationName: 'test', password: () => '' };

  const report = await lookFromInside(subject, { sentAt: new Date() }, remainingMillis);

  expect(report.hops[0]).toMatchObject({ hop: 'dns', status: 'failed' });
});

test('a question without a time is answered without a comparison of clocks', async () => {
  const subject = {
    settings: { ...SETTINGS, credentials: NO_CREDENTIALS },
    applicationName: 'test',
    password: () => '',
  };

  const report = await lookFromInside(subject, { sentAt: new Date('soon') }, 5_000);

  expect(report).not.toHaveProperty('clockAheadSeconds');
  expect(explainLook(report).find(({ status }) => status === 'failed')).toMatchObject({
    hop: 'tcp',
    check: 'proxy-targets',
  });
});
