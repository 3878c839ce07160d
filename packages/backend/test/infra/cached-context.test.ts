import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCachedContext } from '../../src/network/cached-context.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cached-context-'));
  file = join(folder, 'cdk.context.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('the repository pins the VPC of the example', () => {
  expect(Object.keys(readProjectContext())).toContainEqual(expect.stringContaining('vpc-id=vpc-0a1b2c3d4e5f60718'));
});

test('without the file nothing is pinned', () => {
  expect(readCachedContext(file)).toEqual({});
});

test.each([
  ['no JSON', '{ "vpc-provider": '],
  ['JSON that is no object', '["vpc-provider"]'],
])('%s is refused, naming the file', (_what, text) => {
  writeFileSync(file, text);

  expect(() => readCachedContext(file)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringMatching(/^cdk\.context\.json/) }),
  );
});
