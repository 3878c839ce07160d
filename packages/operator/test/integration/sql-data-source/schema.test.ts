import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { sqlSchema } from '@vpc-postgres/testing/app/amplify/data/sql-schema.js';
import { importPackageFile } from '@vpc-postgres/testing/support/amplify-packages.js';
import { type PasswordDatabase, startPasswordDatabase } from '@vpc-postgres/testing/support/password-database.js';
import { generateSqlSchema } from '@vpc-postgres/testing/support/sql-schema-generator.js';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toConnectionUri } from '../../../src/connection-uri.js';
import { SQL_CERTIFICATE_AUTHORITY, SQL_CONNECTION_URI } from '../../../src/sql-parameters.js';

/** What Amplify's SQL data source is given: its schema, its connection, its statements and its rights, on the real database. */
const DATA = join(import.meta.dirname, '../../../../testing/app/amplify/data');

let database: PasswordDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await startPasswordDatabase();
  client = connection(database.certificateAuthority);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.stop();
});

/** By the URI that `vpc-postgres sql-secret` makes of the secret, which has odd characters in its password. */
function connection(certificateAuthority: string): pg.Client {
  const mapped = toConnectionUri(JSON.stringify(database.secret), { functionUsers: ['app'] });
  if ('problems' in mapped) throw new Error(mapped.problems.join('\n'));
  return new pg.Client({ connectionString: mapped.uri, ssl: { ca: certificateAuthority } });
}

test('schema.sql.ts is as Amplify’s generator writes it for the migrations', async () => {
  const names = { connectionUri: SQL_CONNECTION_URI, certificateAuthority: SQL_CERTIFICATE_AUTHORITY };

  await expect(await generateSqlSchema(database, names)).toMatchFileSnapshot(join(DATA, 'schema.sql.ts'));
});

test('the connection URI leads to the database, as the role of the data source', async () => {
  const { rows } = await client.query('select current_user as role, current_database() as database');

  expect(rows).toEqual([{ role: 'sql_data_source', database: 'app' }]);
});

test('Amplify’s own code reads name and password back from any URI, whatever characters they have', async () => {
  const { parseDatabaseUrl } = await importPackageFile<{ parseDatabaseUrl(url: string): object }>(
    '@aws-amplify/schema-generator/lib/generate_schema.js',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...`%:/?#[]@!$&'()*+,;= "\\é\n`), minLength: 1 }),
  );

  fc.assert(
    // Roles with other work are refused.
    fc.property(
      text.filter((name) => !['migrator', 'owner', 'postgres'].includes(name)),
      text,
      (username, password) => {
        const mapped = toConnectionUri(JSON.stringify({ ...database.secret, username, password }), {
          functionUsers: [],
        });
        expect('uri' in mapped && parseDatabaseUrl(mapped.uri)).toMatchObject({ username, password, database: 'app' });
      },
    ),
    { numRuns: 1000 },
  );
});

test('a database that another authority vouches for is refused', async () => {
  const impostor = connection(rootCertificates[0] ?? '');

  await expect(impostor.connect()).rejects.toThrow(/certificate/);
});

describe('the statements', () => {
  const { schema, customSqlDataSourceStrategies } = sqlSchema({
    vpcId: '',
    subnets: [],
    securityGroupId: '',
  }).transform();
  const inline = /priceRanges: .*@sql\(statement: "([^"]+)"\)/.exec(schema)?.[1] ?? '';
  const entry = customSqlDataSourceStrategies?.find(({ fieldName }) => fieldName === 'searchProducts')?.entry;
  const file = typeof entry === 'object' ? entry.relativePath : '';
  const referenced = readFileSync(join(DATA, file), 'utf8');

  beforeAll(async () => {
    await client.query(`insert into products (sku, name, currency, unit_price_cents, available) values
      ('TEA', 'Green tea', 'EUR', 900, true), ('POT', '100 % cast iron', 'EUR', 5900, true),
      ('CUP', 'Tea cup', 'GBP', 1200, true), ('OLD', 'Old tea', 'EUR', 1, false)`);
  });

  /** As Amplify's function does: each :name becomes a parameter. */
  const search = (text: string) => client.query(referenced.replaceAll(':text', '$1'), [text]);

  test('inline: what is cheapest and dearest in each currency', async () => {
    const { rows } = await client.query(inline);

    expect(rows).toEqual([
      { currency: 'EUR', cheapest: 900, dearest: 5900 },
      { currency: 'GBP', cheapest: 1200, dearest: 1200 },
    ]);
  });

  test('referenced: finds by a part of the name, and takes a caller’s wildcards and quotes for text', async () => {
    const skus = async (text: string) => (await search(text)).rows.map(({ sku }) => sku);

    expect(await skus('tea')).toEqual(['TEA', 'CUP']);
    expect(await skus('%')).toEqual(['POT']);
    expect(await skus("' or true --")).toEqual([]);
  });

  test('hold nothing that a mapping template would take for its own', () => {
    expect([inline, referenced].filter((statement) => /["$#\\]/.test(statement))).toEqual([]);
    expect(inline).not.toBe('');
  });
});

describe('the role of the data source', () => {
  test.each(['select from orders', 'select from order_lines', 'select from order_totals', 'truncate products'])(
    'may not %s',
    async (statement) => {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    },
  );

  test('may not make tables', async () => {
    await expect(client.query('create table mine ()')).rejects.toMatchObject({ code: '42501' });
  });

  test('cannot become anybody else', async () => {
    for (const role of ['postgres', 'app']) {
      await expect(client.query(`set role ${role}`)).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('has its statements ended after ten seconds', async () => {
    const { rows } = await client.query('show statement_timeout');

    expect(rows).toEqual([{ statement_timeout: '10s' }]);
  });
});
