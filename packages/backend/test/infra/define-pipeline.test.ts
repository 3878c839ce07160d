import { spawnSync } from 'node:child_process';
import { type AppCopy, copyApp } from '@vpc-postgres/testing/support/app-copy.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Amplify's own pipeline, whose stages load amplify/backend.ts without what the other ways to deploy say of the deployment. */
let copy: AppCopy;
beforeAll(async () => {
  copy = await copyApp();
});
afterAll(() => copy.remove());

// unit/configuration/deployment.test.ts has the refusal itself.
test.runIf(exhaustive)(
  'definePipeline() is refused with the ways that deploy, and not with an environment of no name',
  async () => {
    await copy.write(
      'amplify/pipeline.ts',
      `import { definePipeline } from '@aws-amplify/hosting/pipeline';
definePipeline({
  source: { repo: 'acme/orders', connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d' },
  branches: [{ branch: 'main', stages: [{ name: 'example' }] }],
});
`,
    );

    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'amplify/pipeline.ts'], {
      cwd: copy.app.projectDirectory,
      encoding: 'utf8',
    });

    expect(status).toBe(1);
    expect(stderr).toContain('Nothing says what is deployed, so no environment can be chosen.');
    expect(stderr).toContain('docs/deploy.md#amplifys-other-ways-to-deploy');
  },
);
