import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATOR_SECRET_ARN } from '@vpc-postgres/testing/support/environments.js';
import { beforeAll, expect, test } from 'vitest';
import type { DatabaseSettings } from '../../../src/configuration/database-settings.js';
import type { Environment } from '../../../src/configuration/environment.js';
import { shapes } from '../changes/shapes.js';
import { synthesizeStack } from '../changes/synthesize-stack.js';
import { renderPage, type ShapeFacts } from './page.js';
import { STEPS } from './steps.js';

const PACKAGES = join(import.meta.dirname, '../../../..');
const PAGE = join(PACKAGES, 'backend/docs/shapes.md');

let facts: ShapeFacts[];
beforeAll(() => {
  facts = shapes.map(({ title, environment }) => factsOf(title, withMigrator(environment)));
}, 300_000);

/** As an environment is that migrates with each deployment. */
function withMigrator(environment: Environment): Environment {
  const { proxy, server } = environment.database;
  const needsSecret = proxy.kind === 'new' && proxy.auth.kind === 'secret' && server?.kind !== 'new';
  const database = {
    ...environment.database,
    migrator: 'migrator',
    ...(needsSecret && { proxy: { ...proxy, auth: { ...proxy.auth, migratorSecretArn: MIGRATOR_SECRET_ARN } } }),
  } as DatabaseSettings;
  return { ...environment, database };
}

function factsOf(title: string, environment: Environment): ShapeFacts {
  const templates = [...synthesizeStack(environment).files.values()].map((text) => JSON.parse(text));
  const types = new Set(
    templates.flatMap(({ Resources = {} }) => Object.values<{ Type: string }>(Resources).map(({ Type }) => Type)),
  );
  return { title, environment, has: (type) => types.has(type) };
}

test('the page has each shape with each step, and what proves it', async () => {
  expect(facts.length).toBeGreaterThanOrEqual(22);
  await expect(renderPage(STEPS, facts)).toMatchFileSnapshot(PAGE);
});

test('each shape goes from credentials to an answer and a second deployment, each step once', () => {
  for (const { title, ...shape } of facts) {
    const columns = STEPS.filter(({ applies }) => applies({ ...shape })).map(({ column }) => column);

    expect(columns, title).toEqual([...new Set(columns)]);
    expect(columns, title).toEqual(
      expect.arrayContaining(['credentials', 'synthesis', 'roles', 'migrations', 'functions', 'answer']),
    );
  }
  // A step that no shape has is no step.
  expect(STEPS.filter(({ applies }) => !facts.some(applies)).map(({ what }) => what)).toEqual([]);
});

test('each test that the page names exists under its title', () => {
  const missing = STEPS.flatMap(({ proofs }) => proofs)
    .filter(({ kind }) => kind !== 'D')
    .filter(({ where, title = '' }) => !hasTest(readFileSync(join(PACKAGES, where), 'utf8'), title))
    .map(({ where, title }) => `${where}: ${title}`);

  expect(missing).toEqual([]);
});

/** Written with either quote. */
const hasTest = (text: string, title: string) => ["'", '"'].some((quote) => text.includes(`${quote}${title}${quote}`));
