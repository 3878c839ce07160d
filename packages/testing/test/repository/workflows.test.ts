import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { missingScripts } from './npm-scripts.js';

/** A workflow runs other people's code with a token of the repository: each rule here takes something away from that code. */
const REPOSITORY = join(import.meta.dirname, '../../../..');
const FOLDER = join(REPOSITORY, '.github/workflows');

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.unknown()).optional(),
});
const job = z.object({
  'timeout-minutes': z.number().optional(),
  permissions: z.unknown(),
  strategy: z.object({ matrix: z.object({ node: z.array(z.number()).optional() }) }).optional(),
  steps: z.array(step),
});
const workflow = z.object({
  on: z.unknown(),
  permissions: z.record(z.string()),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
  jobs: z.record(job),
});

const files = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const content = workflow.parse(load(text));
  const jobs = Object.values(content.jobs);
  return { name, text, ...content, jobs, steps: jobs.flatMap(({ steps }) => steps) };
});

test('there is one for every pull request, and one for those that change packages', () => {
  const events = Object.fromEntries(files.map(({ name, on }) => [name, on]));

  expect(events['pull-request.yml']).toBe('pull_request');
  expect(events['packages.yml']).toMatchObject({ pull_request: { paths: expect.arrayContaining(['packages/**']) } });
});

describe.each(files)('$name', ({ text, on, permissions, concurrency, jobs, steps }) => {
  test('names each action by a commit, and says which release that is', () => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));

    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test('can read the repository and nothing else, in every job', () => {
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.filter((job) => job.permissions !== undefined)).toEqual([]);
    expect(JSON.stringify(on)).not.toContain('pull_request_target');
    expect(text).not.toMatch(/\bsecrets\b/);
  });

  test('leaves no token in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));

    expect(checkouts.length).toBeGreaterThan(0);
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(checkouts.map(() => false));
  });

  test('installs without install scripts', () => {
    const installs = steps.filter(({ run }) => run?.includes('npm ci'));

    expect(installs.map(({ run }) => run)).toEqual(jobs.map(() => 'npm ci --ignore-scripts'));
  });

  test('ends in bounded time, and at once for a newer push', () => {
    expect(jobs.filter((job) => job['timeout-minutes'] === undefined)).toEqual([]);
    expect(concurrency?.['cancel-in-progress']).toBe(true);
  });

  test('puts nothing of the event into a script', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  test('runs npm scripts that exist', () => {
    expect(missingScripts(steps.flatMap(({ run }) => run ?? []))).toEqual([]);
  });
});

test('pull requests are checked and tested on the oldest Node.js allowed, on that of .nvmrc, and between', () => {
  const { engines } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const oldest = Number(/>=(\d+)/.exec(engines.node)?.[1]);
  const chosen = Number(readFileSync(join(REPOSITORY, '.nvmrc'), 'utf8'));
  const matrices = files.map(({ jobs }) => jobs.flatMap((job) => job.strategy?.matrix.node ?? []));

  expect(matrices).toEqual(files.map(() => [oldest, 22, chosen]));
});
