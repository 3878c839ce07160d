import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { synthesizeBackend } from '../../../src/operations/synthesize-backend.js';
import { findCycle } from '../../support/stack-graph.js';
import { branch } from '../../support/synthesize.js';

/** Every template by file name, as text. */
async function synthesizeMonitoredBackend(name: string): Promise<Map<string, string>> {
  const out = mkdtempSync(join(tmpdir(), 'monitored-'));
  // What esbuild prints on the way says nothing about a test.
  const output = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    vi.resetModules();
    await synthesizeBackend(() => import('../../support/monitored-backend.js'), branch(name), out);
    const templates = readdirSync(out).filter((file) => file.endsWith('.template.json'));
    return new Map(templates.map((file) => [file, readFileSync(join(out, file), 'utf8')]));
  } finally {
    output.mockRestore();
    rmSync(out, { recursive: true });
  }
}

describe('monitoring in an Amplify backend', () => {
  let files: Map<string, string>;

  beforeAll(async () => {
    files = await synthesizeMonitoredBackend('main');
  });

  const nested = (name: string) => {
    const [file] = [...files].filter(([path]) => path.includes(name) && path.endsWith('.nested.template.json'));
    return Template.fromJSON(JSON.parse(file?.[1] ?? '{}'));
  };

  test('waits for the stacks that it reads from, and none of them waits for it', () => {
    const [root] = [...files].filter(([path]) => !path.endsWith('.nested.template.json'));
    const stacks = Template.fromJSON(JSON.parse(root?.[1] ?? '{}')).findResources('AWS::CloudFormation::Stack');
    const monitoring = Object.entries(stacks).find(([id]) => id.startsWith('monitoring'));
    const readsFrom = JSON.stringify(monitoring?.[1].Properties.Parameters);

    expect(readsFrom).toMatch(/"function[^"]*","Outputs\./);
    expect(readsFrom).toMatch(/"networkAndDatabase[^"]*","Outputs\./);
    expect(files.size).toBe(4);
    for (const [path, text] of files) expect(findCycle(JSON.parse(text)), path).toBeUndefined();
  });

  test('leaves the function one log group, of its own stack, in the settings that Amplify made', () => {
    const template = nested('function');
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));

    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logGroup } } });
    nested('monitoring').resourceCountIs('AWS::Logs::LogGroup', 0);
  });

  test('is the same for the same input', async () => {
    expect(Object.fromEntries(await synthesizeMonitoredBackend('main'))).toEqual(Object.fromEntries(files));
  });
});
