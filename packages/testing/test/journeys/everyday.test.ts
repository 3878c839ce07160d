/** Each edit that the README asks for, made in a fresh clone as a reader makes it, leaves every command green. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  addFunction,
  addNamedEnvironments,
  addTable,
  fillInSandbox,
  renameGroup,
} from '../../support/adopter-edits.js';
import { failuresOfGate } from '../../support/adopter-gate.js';
import { type AdopterProject, cloneForAdopter } from '../../support/adopter-project.js';

let project: AdopterProject;

beforeAll(() => {
  project = cloneForAdopter();
});

// As a fresh clone, but for the cache of `npm run check`.
afterEach(() => project.restore());

afterAll(() => project.remove());

test('the clone as it is', () => {
  expect(failuresOfGate(project)).toEqual([]);
  expect(project.touchedFiles()).toEqual([]);
});

test('sandbox filled in', () => {
  fillInSandbox(project);

  expect(failuresOfGate(project, { environments: ['sandbox'] })).toEqual([]);
  expect(project.touchedFiles()).toEqual(['amplify/environments.ts']);
});

test('main and feature/* added', () => {
  addNamedEnvironments(project);

  expect(failuresOfGate(project, { environments: ['main', 'feature/login'] })).toEqual([]);
  expect(project.touchedFiles()).toEqual(['amplify/environments.ts']);
});

test('a table and a field added', () => {
  addTable(project);

  expect(failuresOfGate(project)).toEqual([]);
  expect(project.touchedFiles()).toEqual([
    'src/migrations/0002-create-customers.sql',
    'src/orders/fields.ts',
    'src/orders/schema.ts',
  ]);
});

test('a second function that uses the database added', () => {
  addFunction(project, 'invoices');

  expect(failuresOfGate(project)).toEqual([]);
  expect(project.touchedFiles()).toEqual([
    'amplify/data/schema.ts',
    'amplify/functions/functions.ts',
    'amplify/functions/invoices-api/handler.ts',
    'amplify/functions/invoices-api/resource.ts',
  ]);
});

test('a function outside the VPC added, whose handler is plain', () => {
  addFunction(project, 'greeting');

  expect(failuresOfGate(project)).toEqual([]);
  expect(project.touchedFiles()).toEqual([
    'amplify/data/schema.ts',
    'amplify/functions/functions.ts',
    'amplify/functions/say-hello/handler.ts',
    'amplify/functions/say-hello/resource.ts',
  ]);
});

test('the group of administrators renamed', () => {
  renameGroup(project, 'admins', 'accounting');

  expect(failuresOfGate(project)).toEqual([]);
});
