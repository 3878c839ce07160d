/** The template of a stack that stands alone, without the folder that the CDK would leave for its command line to deploy. */
import { rmSync } from 'node:fs';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { exhaustive } from './exhaustive.js';

/** Once for each app: the folder holds the templates of all of its stacks. CloudFormation Validate sees it in the exhaustive run. */
export function templateOf(stack: Stack): Template {
  const app = stack.node.root;
  if (!App.isApp(app)) throw new Error('The stack belongs to no app.');
  // Its rules take seconds to load.
  vi.stubEnv('CDK_VALIDATION', String(exhaustive));
  try {
    return Template.fromStack(stack);
  } finally {
    vi.stubEnv('CDK_VALIDATION', undefined);
    rmSync(app.outdir, { recursive: true });
  }
}
