import { type BaselineOptions, baseline } from '@vpc-postgres/lambda/database/migrate/baseline.js';
import { describeDatabase } from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, prepare } from '@vpc-postgres/testing/support/run-migrations.js';
import { describe, expect, test } from 'vitest';
import { FILES, useBaselineDatabase } from './baseline-database.js';

const baselined = useBaselineDatabase();
const { createTables, recorded, run } = baselined;

describe('a baseline', () => {
  async function record(options: BaselineOptions, files: Files = FILES) {
    const client = await baselined.cluster.connect(baselined.database);
    return baseline(client, prepare(files), options).finally(() => client.end());
  }
  const refusalOf = async (options: BaselineOptions, files?: Files): Promise<string> => {
    const before = await describeDatabase(baselined.superuser);
    const message = await record(options, files).then(
      ({ recorded: names }) => `recorded ${names.join(', ')}`,
      (error: Error) => error.message,
    );
    expect(await describeDatabase(baselined.superuser)).toEqual(before);
    return message;
  };

  test('records the files up to the one that is named, and the next run applies those behind it', async () => {
    await createTables();

    expect(await record({ through: '0002-pot.sql' })).toEqual({
      recorded: ['0001-tea.sql', '0002-pot.sql'],
      pending: ['0003-cup.sql'],
    });

    expect(await run(FILES)).toEqual({ applied: ['0003-cup.sql'], newer: [] });
    expect(await recorded()).toEqual(Object.keys(FILES).map((name) => ({ name, owner: 'owner' })));
  });

  test('records checksums: a file that is changed afterwards is refused', async () => {
    await createTables();
    await record({ through: '0002-pot.sql' });

    await expect(run({ ...FILES, '0001-tea.sql': 'create table tea ()' })).rejects.toThrow('0001-tea.sql has changed');
  });

  test('leaves out what has been applied, and goes on behind it', async () => {
    const files = { ...FILES, '0001-tea.sql': 'create table identity (a int)' };
    await run({ '0001-tea.sql': files['0001-tea.sql'] });
    await createTables();
    await expect(run(files)).rejects.toThrow('0002-pot.sql:1:1: relation "pot" already exists');

    expect(await record({ through: '0002-pot.sql' }, files)).toEqual({
      recorded: ['0002-pot.sql'],
      pending: ['0003-cup.sql'],
    });

    expect((await run(files)).applied).toEqual(['0003-cup.sql']);
  });

  test('that is a dry run says the same, and changes nothing', async () => {
    await createTables();

    expect(await refusalOf({ through: '0002-pot.sql', dryRun: true })).toBe('recorded 0001-tea.sql, 0002-pot.sql');
  });

  test('is refused for a file that there is not', async () => {
    await createTables();

    expect(await refusalOf({ through: '0009-lid.sql' })).toBe(
      'There is no migration "0009-lid.sql". Expected one of: 0001-tea.sql, 0002-pot.sql, 0003-cup.sql.',
    );
  });

  test('is refused for a file that is recorded', async () => {
    await run(FILES);

    expect(await refusalOf({ through: '0002-pot.sql' })).toBe(
      '0002-pot.sql is recorded as applied already. Nothing was recorded.',
    );
  });

  test('is refused where what is recorded does not fit the files', async () => {
    await run({ '0001-tea.sql': 'create table tea ()' });

    expect(await refusalOf({ through: '0002-pot.sql' })).toContain('0001-tea.sql has changed since it was applied');
  });

  test('is refused where a file is half done', async () => {
    const files = { ...FILES, '0001-tea.sql': '-- no-transaction\ncreate table tea ();\nselect 1/0' };
    await expect(run(files)).rejects.toThrow('division by zero');

    expect(await refusalOf({ through: '0002-pot.sql' }, files)).toContain('0001-tea.sql is half done.');
  });

  test('is refused for a database that is empty', async () => {
    expect(await refusalOf({ through: '0002-pot.sql' })).toContain(
      `The database ${baselined.database} has no table and no function, so none of the files has been applied to it.`,
    );
  });

  test('waits for a run that has the lock, and says who has it', async () => {
    await createTables();
    const holder = await baselined.cluster.connect(baselined.database);
    await holder.query('select pg_advisory_lock(7236115902)');

    expect(await refusalOf({ through: '0002-pot.sql', lockWaitMillis: 0 })).toContain(
      'Waited 0 s for another run of the migrations',
    );
    await holder.end();
  });
});
