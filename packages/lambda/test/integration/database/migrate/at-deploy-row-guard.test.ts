import { describe, expect, test } from 'vitest';
import { TEA, useMigrationFunction } from './at-deploy-function.js';

const deployed = useMigrationFunction();
const { deploy, logs, startFunction, tables } = deployed;

describe('the guard on rows', () => {
  const open = { ...TEA, '0002-pot.sql': 'create table pot (id int); grant select on pot to app;' };
  const messageOf = (invocation: Promise<unknown>) => invocation.then(String, (error: Error) => error.message);

  test('a file with which callers would pass row-level security fails the deployment, and is applied once it is fixed', async () => {
    const invoke = await startFunction(open);

    expect(await messageOf(invoke(deploy(open)))).toBe(`\
The migrations failed.

0002-pot.sql is not applied: callers would pass row-level security in one way.

table public.pot: app has SELECT, and it has no row-level security.
  alter table public.pot enable row level security, force row level security; and create a policy to app. Or: revoke select on public.pot from app;
  If it is meant: comment on table public.pot is 'row-guard: allow select because …';`);
    expect(await tables()).toEqual([{ tablename: 'tea', tableowner: 'owner' }]);

    const fixed = { ...open, '0002-pot.sql': `${open['0002-pot.sql']} alter table pot enable row level security;` };
    expect(await (await startFunction(fixed))(deploy(fixed, 'Update'))).toEqual({});
    expect(logs.join('\n')).toContain(
      'table public.pot: app has SELECT, and no policy for it: there are no rows for it.',
    );
  });

  test('a file without a transaction with which callers pass row-level security fails each deployment until it is fixed', async () => {
    const grant = { ...TEA, '0002-grant.sql': '-- no-transaction\ngrant select on tea to app;' };
    const invoke = await startFunction(grant);
    for (const request of ['Create', 'Update']) {
      expect(await messageOf(invoke(deploy(grant, request)))).toContain('0002-grant.sql is not applied');
    }

    const fixed = { ...grant, '0002-grant.sql': `${grant['0002-grant.sql']}\nrevoke select on tea from app;` };
    expect(await (await startFunction(fixed))(deploy(fixed, 'Update'))).toEqual({});
  });

  test('a file that a later one of the same deployment fixes fails nothing', async () => {
    const fixed = { ...open, '0003-fix.sql': 'revoke select on pot from app;' };

    expect(await (await startFunction(fixed))(deploy(fixed))).toEqual({});
  });

  test('a hundred ways past row-level security are reported within what CloudFormation takes', async () => {
    const tables = Array.from(
      { length: 100 },
      (_, index) => `create table t${index} (); grant delete on t${index} to app;`,
    );
    const many = { '0001-many.sql': tables.join('\n') };

    const message = await messageOf((await startFunction(many))(deploy(many)));

    expect(message).toContain('callers would pass row-level security in 100 ways.');
    expect(message.length).toBeLessThan(2_000);
  });

  test('a privilege that was granted by hand is logged as an error, and fails no rollback', async () => {
    const invoke = await startFunction(TEA);
    await invoke(deploy(TEA));
    await deployed.observer.query('grant select on tea to app');

    expect(await invoke(deploy(TEA, 'Update'))).toEqual({});

    const line = logs.find((text) => text.includes('"severity":"problem"'));
    expect(JSON.parse(line?.slice(line.indexOf('{')) ?? '{}')).toMatchObject({
      level: expect.stringMatching(/error/i),
      finding: 'table public.tea: app has SELECT, and it has no row-level security.',
      fix: expect.stringContaining('revoke select on public.tea from app;'),
    });
  });
});
