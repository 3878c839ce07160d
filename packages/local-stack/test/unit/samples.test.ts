/** The example domain is replaced without an edit of the local stack. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schema as amplifySchema } from '@vpc-postgres/testing/app/amplify/data/schema.js';
import { expect, test } from 'vitest';
import { createExecutableSchema } from '../../src/appsync/schema.js';

const LOCAL_STACK = join(import.meta.dirname, '../../src');
const schema = createExecutableSchema({
  sdl: amplifySchema.transform().schema,
  invoke: () => Promise.reject(new Error('nothing is executed here')),
});
const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}),
);

function filesThatName(names: readonly string[]): string[] {
  return readdirSync(LOCAL_STACK, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|js|html)$/.test(path))
    .filter((path) => {
      const code = readFileSync(join(LOCAL_STACK, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
      return names.some((name) => new RegExp(`\\b${name}\\b`).test(code));
    });
}

test('no file of the local stack names a field of the schema', () => {
  expect(fields.length).toBeGreaterThan(0);
  expect(filesThatName(fields)).toEqual([]);
});
