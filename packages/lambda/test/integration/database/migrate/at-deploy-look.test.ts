/** The function that migrates answers a look from inside, too: it alone can read what is applied, and has the files. */
import { expect, test } from 'vitest';
import { explainLook } from '../../../../src/database/look/explain.js';
import { lookQuestion } from '../../../../src/database/look/question.js';
import type { LookReport } from '../../../../src/database/look/report.js';
import { TEA, useMigrationFunction } from './at-deploy-function.js';

const deployment = useMigrationFunction();
const MILK = { '0002-milk.sql': 'create table milk (id int);' };
const question = () => lookQuestion({ sentAt: new Date() });
const migrations = (report: LookReport) => explainLook(report).at(-1);

test('a look names the migrations that the function has and the database has not, and applies none', async () => {
  const first = await deployment.startFunction(TEA);
  await first(deployment.deploy(TEA));
  const second = await deployment.startFunction({ ...TEA, ...MILK });

  const report = (await second(deployment.deploy({ ...TEA, ...MILK }), question())) as LookReport;

  expect(report.migrations).toEqual({ applied: ['0001-tea.sql'], unfinished: [], pending: ['0002-milk.sql'] });
  expect(migrations(report)).toMatchObject({
    status: 'failed',
    code: 'PENDING',
    finding: 'Not applied: 0002-milk.sql.',
    check: 'stack',
  });
  expect(report.hops.slice(0, -1).map(({ status }) => status)).toEqual(report.hops.slice(0, -1).map(() => 'ok'));
  expect(report.session).toMatchObject({ sessionUser: 'migrator', currentUser: 'owner' });
  expect(await deployment.tables()).toHaveLength(1);
});

test('a look at a database that was never migrated names every file', async () => {
  const fn = await deployment.startFunction(TEA);

  expect(((await fn({}, question())) as LookReport).migrations).toEqual({
    applied: [],
    unfinished: [],
    pending: ['0001-tea.sql'],
  });
});

test('a look after the deployment has nothing to report', async () => {
  const fn = await deployment.startFunction(TEA);
  await fn(deployment.deploy(TEA));

  const report = (await fn({}, question())) as LookReport;

  expect(migrations(report)).toMatchObject({ status: 'ok', finding: '1 applied, none pending.' });
});
