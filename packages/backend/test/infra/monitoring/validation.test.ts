import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { everything, monitoringStack } from '@vpc-postgres/testing/support/monitoring.js';
import { App, type Stack } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test, vi } from 'vitest';

/** What the CDK's own CloudFormation validation has to say about a stack, warnings included. */
function findings(stack: Stack): string[] {
  const app = stack.node.root;
  if (!App.isApp(app)) throw new Error('The stack belongs to no app.');
  const output = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const { directory } = app.synth();
    const report: { pluginReports: { violations: { ruleName: string }[] }[] } = JSON.parse(
      readFileSync(join(directory, 'validation-report.json'), 'utf8'),
    );
    return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
  } finally {
    output.mockRestore();
    rmSync(app.outdir, { recursive: true });
  }
}

// `npm test` looks at the stack as a part of the whole backend: combinations.test.ts. The rules take seconds to load.
describe.runIf(exhaustive)('CloudFormation Validate', () => {
  test('has nothing against the stack', () => {
    expect(findings(monitoringStack(everything, { reservedConcurrency: 50 }))).toEqual([]);
  });

  test('would have: it looks at this stack', () => {
    const stack = monitoringStack();
    new CfnTopic(stack, 'Wrong').addPropertyOverride('KmsMasterKeyId', { not: 'a text' });

    expect(findings(stack)).toEqual(['F3012']);
  });
});
