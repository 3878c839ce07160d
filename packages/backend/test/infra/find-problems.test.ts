import type { ConfigurationProblem } from '@vpc-postgres/backend/configuration/configuration-error.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { functions } from '@vpc-postgres/testing/app/amplify/functions/functions.js';
import { asBranch, combinations, egressContext, fewCombinations } from '@vpc-postgres/testing/support/deployments.js';
import { exampleWithMigrations, withSqlDataSource } from '@vpc-postgres/testing/support/environments.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { findProblems } from '../../src/testing/find-problems.js';
import { readTemplates, type TemplateFiles } from '../../src/testing/templates.js';
import { BROKEN_TEMPLATES } from './broken-templates.js';
import { type EditableTemplates, editable } from './editable-templates.js';

const cachedContext = { ...readProjectContext(), ...egressContext };

function problemsIn(
  files: TemplateFiles,
  environment: Environment = exampleWithMigrations,
  declared: Readonly<Record<string, { database: boolean }>> = functions,
): ConfigurationProblem[] {
  const actionsOnEveryResource = ['textract:DetectDocumentText'];
  return findProblems({
    environment,
    functions: declared,
    templates: readTemplates(files),
    cachedContext,
    actionsOnEveryResource,
  });
}

let example: TemplateFiles;
beforeAll(async () => {
  example = parse((await synthesizeExample()).files);
});

const parse = (files: ReadonlyMap<string, string>): TemplateFiles =>
  Object.fromEntries([...files].map(([name, text]) => [name, JSON.parse(text)]));

function broken(break_: (templates: EditableTemplates) => void): TemplateFiles {
  const copy = structuredClone(example);
  break_(editable(copy));
  return copy;
}

test('the example can be deployed', () => {
  expect(problemsIn(example)).toEqual([]);
});

describe('what must not be deployed is a problem with its fix:', () => {
  test.each(BROKEN_TEMPLATES)('$what', ({ edit, problem }) => {
    const problems = problemsIn(broken(edit));

    expect(problems).toContainEqual({ fix: expect.stringMatching(/\w{3,}/), expected: expect.any(String), ...problem });
    // The edit breaks one thing: nothing else is reported for it.
    expect(new Set(problems.map(({ path }) => path)).size).toBe(1);
  });

  test('a function that is listed and in no template', () => {
    expect(problemsIn(example, undefined, { ...functions, invoices: { database: false } })).toMatchObject([
      { path: 'invoices', got: 'no AWS::Lambda::Function of this name in any template' },
    ]);
  });

  test('a function that is listed without the database, and has its place and its permission', () => {
    expect(problemsIn(example, undefined, { 'orders-api': { database: false } })).toMatchObject([
      { path: 'orders-api: VpcConfig', got: 'a place in the VPC' },
      { path: 'orders-api: rds-db:connect', got: expect.stringMatching(/^permission for .*\/app/) },
    ]);
  });
});

test('all problems are reported at once', () => {
  const edits = BROKEN_TEMPLATES.filter(({ isUndone }) => isUndone !== true);

  const problems = problemsIn(
    broken((templates) => {
      for (const { edit } of edits) edit(templates);
    }),
  );

  expect(edits.length).toBeGreaterThan(20);
  for (const { problem } of edits) expect(problems).toContainEqual(expect.objectContaining(problem));
});

test.each([
  ['undeclared-function', 'a function without the database in the VPC'],
  ['one-zone', 'a function in one Availability Zone'],
  ['public-subnet', 'a function in public subnets'],
  ['open-egress', 'egress to everywhere'],
  ['wildcard-connect', 'permission to connect as any user'],
] as const)('what an environment acknowledges for %s is no problem: %s', (guardrail, what) => {
  const found = BROKEN_TEMPLATES.find((one) => one.what === what);
  const files = broken(found?.edit ?? expect.unreachable());
  const acknowledgements = [{ guardrail, reason: 'A test breaks it on purpose, and says so here.' }];

  expect(problemsIn(files)).not.toEqual([]);
  expect(problemsIn(files, { ...exampleWithMigrations, acknowledgements })).toEqual([]);
});

test('an action that AWS does not permit on single resources can be on every one, where the app says so', () => {
  const files = broken((templates) => templates.allow('textract:DetectDocumentText', '*'));

  expect(problemsIn(files)).toEqual([]);
});

describe('no environment that this package deploys is a problem:', () => {
  const environments = [
    ...(exhaustive ? combinations : sample(fewCombinations, 3)).map(({ title, environment }) => ({
      title,
      environment: asBranch(environment),
    })),
    { title: 'with the SQL data source', environment: withSqlDataSource(exampleWithMigrations) },
  ];

  test.each(environments)('$title', async ({ environment }) => {
    const { files } = await synthesize(branch('main'), {
      environments: { main: environment },
      cachedContext,
      bundle: false,
    });

    expect(problemsIn(parse(files), environment)).toEqual([]);
  });
});
