import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const DEPLOYER = '@aws-amplify/backend-deployer';
const TOOLKIT = '@aws-cdk/toolkit-lib';

/**
 * The first that deploys a sandbox in STANDARD mode. Those before it, from 1.32.0 on, use EXPRESS mode without rollback for
 * every deployment that is more than new code: https://github.com/aws-amplify/amplify-backend/pull/3325
 */
const FIRST_IN_STANDARD_MODE = '1.40.0';

const readManifest = (path: string) => JSON.parse(readFileSync(join(REPOSITORY, path, 'package.json'), 'utf8'));

const isBefore = (version: string, other: string) => version.localeCompare(other, 'en', { numeric: true }) < 0;

test('the CDK toolkit that ampx uses deploys sandboxes in STANDARD mode', () => {
  const { version } = readManifest(`node_modules/${TOOLKIT}`);

  expect(isBefore(version, FIRST_IN_STANDARD_MODE), version).toBe(false);
});

test('the override of the CDK toolkit is still needed', () => {
  const { [DEPLOYER]: overridden } = readManifest('.').overrides;
  const own: string = readManifest(`node_modules/${DEPLOYER}`).dependencies[TOOLKIT];

  expect(Object.keys(overridden)).toEqual([TOOLKIT]);
  expect(
    isBefore(own, FIRST_IN_STANDARD_MODE),
    `${DEPLOYER} now asks for ${TOOLKIT} ${own}: remove the overrides from package.json, run npm install, and delete this file.`,
  ).toBe(true);
});
