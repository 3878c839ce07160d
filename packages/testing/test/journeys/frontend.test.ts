/** What an adopter does with the frontend: changes a field of the schema, or deletes the folder. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { failuresOfGate } from '../../support/adopter-gate.js';
import { type AdopterProject, cloneForAdopter } from '../../support/adopter-project.js';

let project: AdopterProject;

beforeAll(() => {
  project = cloneForAdopter();
});
afterEach(() => project.restore());
afterAll(() => project.remove());

/** The files with an error, of the function's side and of the frontend's, as `npm run check` finds them one after the other. */
function filesWithErrors(): { backend: string[]; frontend: string[] } {
  const filesIn = (output: string) => [
    ...new Set([...output.matchAll(/^([\w./-]+)\(\d+,\d+\): error/gm)].map(([, file = '']) => file)),
  ];
  return {
    backend: filesIn(project.run('npx', '--no-install', 'tsc').output),
    frontend: filesIn(project.run('npx', '--no-install', 'tsc', '-p', 'site').output),
  };
}

test('a field renamed in the schema is an error in the code that resolves it and in the page that shows it', () => {
  const before = filesWithErrors();
  project.replace('src/orders/schema.ts', 'sku: a.string().required()', 'article: a.string().required()');
  const { backend, frontend } = filesWithErrors();

  expect(before).toEqual({ backend: [], frontend: [] });
  expect(backend).toContain('src/orders/input.ts');
  expect(frontend).toContain('site/src/orders/order-list.tsx');
  expect(project.run('npm', 'run', '--silent', 'check').status).not.toBe(0);
});

test('an argument that becomes required, is an error in the page that does not send it', () => {
  project.replace('src/orders/schema.ts', 'limit: a.integer(), nextToken', 'limit: a.integer().required(), nextToken');
  project.replace('site/src/orders/order-list.tsx', 'limit: 10, ', '');

  expect(filesWithErrors().frontend).toContain('site/src/orders/order-list.tsx');
});

test('the folder site/ deleted leaves every command green', () => {
  rmSync(join(project.folder, 'site'), { recursive: true });

  expect(failuresOfGate(project)).toEqual([]);
});
