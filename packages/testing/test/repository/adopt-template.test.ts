/** What `vpc-postgres adopt` writes is what the starter has: copies, because a package does not read the app around it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const template = (name: string) => read(`packages/operator/src/adopt/template/${name}`);

const COPIES = [
  ['src/migrations/0000-identity.sql', '0000-identity.sql'],
  ['.squawk.toml', 'squawk.toml'],
  ['cdk.context.json', 'cdk.context.json'],
] as const;

test.each(COPIES)('%s is the template %s', (path, name) => {
  expect(template(name)).toBe(read(path));
});

test('the environments of the template are those of the starter, but for the comments', () => {
  const withoutComments = (text: string) => text.replaceAll(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, '').replaceAll(/\s+/g, ' ');

  expect(withoutComments(template('environments.txt'))).toBe(withoutComments(read('amplify/environments.ts')));
});

test('the steps of the template are those of amplify/backend.ts, but for the SQL data source and the hardening of sign-in', () => {
  const steps = read('packages/operator/src/adopt/step-text.ts').replaceAll(/\$\{backend\}/g, 'backend');
  const statements = read('amplify/backend.ts')
    .split('\n')
    .filter((line) => /^(const|for|vpcPostgres\.|\s+(vpcPostgres|migrations)\S*\()/.test(line))
    .filter((line) => !/sqlDataSource|sqlFunction|hardenAuth|monitored|guarded\)/.test(line));

  expect(statements.length).toBeGreaterThan(15);
  expect(statements.filter((line) => !steps.includes(line))).toEqual([]);
});
