import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import { expectDeployable } from '@vpc-postgres/backend/testing.js';
import { environments } from '@vpc-postgres/testing/app/amplify/environments.js';
import { functions } from '@vpc-postgres/testing/app/amplify/functions/functions.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { expect, test, vi } from 'vitest';

const TESTING = join(import.meta.dirname, '../../../testing');
const app = { projectDirectory: join(TESTING, 'app'), environments, functions };

test('an environment with placeholders is not checked, and the reason says so', async () => {
  expect(await expectDeployable(app, 'sandbox')).toBe(
    'sandbox is not checked: 8 of its values in amplify/environments.ts are still REPLACE_ME.',
  );
});

test('an app without a complete environment fails, because nothing would be checked', async () => {
  const { sandbox } = environments;

  await expect(
    expectDeployable({ ...app, environments: { sandbox } as typeof environments }, 'sandbox'),
  ).rejects.toThrow(
    /^Nothing can be checked: no environment is complete\.\n\n {2}environments\n {4}got {7}REPLACE_ME in each of them\n.*has sandbox\n {4}fix {7}fill one in/s,
  );
});

test('an environment that the app does not have fails', async () => {
  await expect(expectDeployable(app, 'staging')).rejects.toThrow(
    /environments\.staging\n {4}got {7}nothing\n.*sandbox, example/s,
  );
});

/** For one or two syntheses in processes of their own. */
const timeout = 180_000;

/** Checks templates that were synthesized in this process, which takes no seconds. The app's own test has the whole. */
async function expectDeployableHere(...inputs: Parameters<typeof expectDeployable>): Promise<string | undefined> {
  const { files } = await synthesizeExample();
  const templates = Object.fromEntries([...files].map(([name, text]) => [name, JSON.parse(text)]));
  vi.resetModules();
  vi.doMock('../../src/synth/synthesize-app.js', () => ({
    synthesizeApp: async () => ({ templates, missingLookups: [] }),
  }));
  try {
    return await (await import('../../src/testing.js')).expectDeployable(...inputs);
  } finally {
    vi.doUnmock('../../src/synth/synthesize-app.js');
  }
}

const ways: [string, typeof expectDeployable][] = [['in this process', expectDeployableHere]];
if (exhaustive) ways.push(['in a process of its own', expectDeployable]);

test.each(ways)(
  'a deployment is synthesized %s, and fails with each problem and its fix',
  { timeout },
  async (_, check) => {
    const declared = { 'orders-api': { database: false }, invoices: { database: true } };

    const failure = check({ ...app, functions: declared }, 'example');

    await expect(failure).rejects.toMatchObject({ name: ConfigurationError.name });
    await expect(failure).rejects.toThrow(
      /^The environment example must not be deployed: 3 problems in its templates\./,
    );
    await expect(failure).rejects.toThrow(
      / {2}invoices\n {4}got .*\n {4}expected .*\n {4}fix {7}pass \.\.\.resourcesOf/,
    );
  },
);

test.runIf(exhaustive)('a deployment without a problem is checked completely', { timeout }, async () => {
  expect(await expectDeployable(app, 'example')).toBeUndefined();
});

test.runIf(exhaustive)(
  'an environment whose lookup is not cached is checked, and the reason says what was not',
  { timeout },
  async () => {
    const projectDirectory = mkdtempSync(join(TESTING, 'app-without-context-'));
    try {
      cpSync(app.projectDirectory, projectDirectory, {
        recursive: true,
        filter: (path) => !path.endsWith('cdk.context.json'),
      });

      expect(await expectDeployable({ ...app, projectDirectory }, 'example')).toMatch(
        /^example is checked but for the zones of its subnets: /,
      );
      await expect(
        expectDeployable({ ...app, projectDirectory, functions: { 'orders-api': { database: false } } }, 'example'),
      ).rejects.toThrow(/2 problems/);
    } finally {
      rmSync(projectDirectory, { recursive: true });
    }
  },
);
