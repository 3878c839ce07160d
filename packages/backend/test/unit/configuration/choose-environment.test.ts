import { environments } from '@vpc-postgres/testing/app/amplify/environments.js';
import { broken, refusal } from '@vpc-postgres/testing/support/configuration.js';
import {
  exampleEnvironment,
  exampleWithMigrations,
  newProxyToCluster,
  newProxyToInstance,
} from '@vpc-postgres/testing/support/environments.js';
import { describe, expect, test } from 'vitest';
import { chooseEnvironment } from '../../../src/configuration/choose-environment.js';
import type { AccountAndRegion, BackendIdentifier } from '../../../src/configuration/deployment.js';
import { SANDBOX_OF_ITS_OWN } from '../../../src/configuration/sandbox-offer.js';

const UNKNOWN: AccountAndRegion = { account: undefined, region: undefined };
const SANDBOX: BackendIdentifier = { type: 'sandbox', namespace: 'orders', name: 'alice' };
const branch = (name: string): BackendIdentifier => ({ type: 'branch', namespace: 'd1example', name });

describe('which environment', () => {
  const main = exampleEnvironment;
  const sandbox = newProxyToInstance;

  test('a sandbox deploys `sandbox`, for every owner', () => {
    expect(chooseEnvironment({ main, sandbox }, SANDBOX, UNKNOWN)).toBe(sandbox);
    expect(chooseEnvironment({ main, sandbox }, { ...SANDBOX, name: 'main' }, UNKNOWN)).toBe(sandbox);
  });

  test.each(['branch', 'standalone'] as const)('a %s deploys the environment of its name', (type) => {
    expect(chooseEnvironment({ main, sandbox }, { ...branch('main'), type }, UNKNOWN)).toBe(main);
  });

  test('ampx deploy, whose backend has the same name always, deploys the environment of its identifier', () => {
    const shop = { type: 'standalone', namespace: 'main', name: 'backend' } as const;

    expect(chooseEnvironment({ main, backend: sandbox }, shop, UNKNOWN)).toBe(main);
    expect(refusal({ main }, { ...shop, namespace: 'shop' }).message).toMatch(/^The deployment "shop" has no/);
    expect(refusal({ main, sandbox }, { ...shop, namespace: 'sandbox' }).problems).toMatchObject([
      { got: '"sandbox", which only npx ampx sandbox deploys', fix: 'give the deployment another name' },
    ]);
    // A branch of that name is a branch.
    expect(chooseEnvironment({ main: sandbox, backend: main }, branch('backend'), UNKNOWN)).toBe(main);
  });

  test('a branch without an environment is refused, naming those that exist', () => {
    const { message } = refusal({ main, sandbox }, branch('feature/x'));

    expect(message).toMatch(/^The branch "feature\/x" has no environment of that name in amplify\/environments\.ts\./);
    expect(message).toContain('"main", "sandbox"');
  });

  test('a branch named like a property of every object is refused', () => {
    expect(refusal({ main }, branch('constructor')).problems[0]?.path).toBe('environments.constructor');
  });

  test.each([
    ['a pattern', 'feature/login', { 'feature/*': main, sandbox }],
    ['the pattern with most text of its own', 'release/2026-11', { '*': sandbox, 'release/*': main, 'rel*': sandbox }],
    ['its own name rather than a pattern', 'feature/login', { 'feature/*': sandbox, 'feature/login': main }],
    ['a pattern with a star in the middle', 'team-a/preview', { 'team-*/preview': main, 'team-*/release': sandbox }],
  ])('a branch deploys %s', (_what, name, all) => {
    expect(chooseEnvironment(all, branch(name), UNKNOWN)).toBe(main);
  });

  test('a pattern is text but for its stars', () => {
    expect(refusal({ 'v1.*': main }, branch('v1x2')).message).toContain('no environment of that name');
  });

  test('two patterns that fit equally well are refused, naming both', () => {
    const { problems } = refusal({ 'feature/*': main, '*/feature': sandbox }, branch('feature/feature'));

    expect(problems).toMatchObject([
      { got: '"feature/*", "*/feature"', fix: expect.stringContaining('"feature/feature"') },
    ]);
  });

  test('a pattern is never meant for a sandbox, and `sandbox` never for a branch', () => {
    expect(refusal({ '*': main }, SANDBOX).message).toMatch(/^A sandbox has no environment/);
    const { problems } = refusal({ '*': main, sandbox }, branch('sandbox'));
    expect(problems).toMatchObject([
      { got: '"sandbox", which only npx ampx sandbox deploys', fix: 'give the branch another name' },
    ]);
  });

  test('a sandbox without an environment is refused', () => {
    expect(refusal({ main }, SANDBOX).message).toMatch(/^A sandbox has no environment/);
  });

  test.each([
    ['an instance', newProxyToInstance],
    ['a cluster', newProxyToCluster],
  ])('a new proxy in front of %s is accepted', (_what, environment) => {
    expect(chooseEnvironment({ main: environment }, branch('main'), UNKNOWN)).toBe(environment);
  });
});

describe('placeholders', () => {
  test('are all named, with the file, where each value is found, and that they are placeholders', () => {
    const { message, problems } = refusal(environments, SANDBOX);

    expect(message).toMatch(
      /^The environment "sandbox" cannot be deployed: 8 values to correct in amplify\/environments\.ts\./,
    );
    expect(problems.map(({ path }) => path)).toEqual([
      'environments.sandbox.account',
      'environments.sandbox.region',
      'environments.sandbox.network.vpc.id',
      'environments.sandbox.database.name',
      'environments.sandbox.database.user',
      'environments.sandbox.database.proxy.proxyArn',
      'environments.sandbox.database.proxy.endpoint',
      'environments.sandbox.database.proxy.securityGroup.id',
    ]);
    for (const { got, fix } of problems) {
      expect(got).toBe('"REPLACE_ME", still the placeholder');
      expect(fix).toMatch(/^(run aws |list the )/);
    }
  });

  test('of a VPC and a database: the error of a sandbox says which it can have of its own, and at what price', () => {
    const { sandbox = exampleEnvironment } = environments;
    const offer = (region: string) => refusal({ sandbox: { ...sandbox, region } }, SANDBOX).message;

    expect(offer('eu-west-2')).toContain(
      'about 29.34 USD a month as long as it exists (db.t4g.small, 20 GiB and a secret; list prices of eu-west-2)',
    );
    expect(offer('eu-west-1')).toMatch(/about 26\.06 USD a month .* list prices of us-east-1\)/);
    expect(offer('eu-west-1').endsWith(SANDBOX_OF_ITS_OWN)).toBe(true);
    expect(refusal({ main: sandbox }, branch('main')).message).not.toContain('a month');
    expect(refusal({ sandbox: { ...exampleEnvironment, account: '1' } }, SANDBOX).message).not.toContain('a month');
  });

  test('of one environment do not stop another', () => {
    expect(chooseEnvironment(environments, branch('example'), UNKNOWN)).toBe(exampleWithMigrations);
  });
});

describe('the credentials', () => {
  const EXAMPLE: AccountAndRegion = { account: '111122223333', region: 'eu-west-1' };

  test('of the account and region of the environment are accepted', () => {
    expect(chooseEnvironment(environments, branch('example'), EXAMPLE)).toBe(exampleWithMigrations);
  });

  test('of another account and region are refused, both at once', () => {
    const { problems } = refusal(environments, branch('example'), { account: '999999999999', region: 'us-east-1' });

    expect(problems).toEqual([
      {
        path: 'environments.example.account',
        got: '"111122223333"',
        expected: '"999999999999", the account of the AWS credentials in use',
        fix: expect.stringContaining('AWS_PROFILE'),
      },
      {
        path: 'environments.example.region',
        got: '"eu-west-1"',
        expected: '"us-east-1", the region that AWS is configured for',
        fix: expect.stringContaining('AWS_REGION=eu-west-1'),
      },
    ]);
  });
});

describe('the error', () => {
  test('survives the way that ampx treats errors: its own name, and no path that ampx takes for a broken import', () => {
    const error = refusal(environments, SANDBOX);

    expect(error.name).toBe('ConfigurationError');
    expect(error).not.toBeInstanceOf(TypeError);
    expect(error.message).not.toContain('amplify/backend');
  });

  test('shows path, value, expectation and fix below each other', () => {
    const { message } = refusal(broken('account', '1'), branch('main'));

    expect(message).toBe(
      [
        'The environment "main" cannot be deployed: one value to correct in amplify/environments.ts.',
        '',
        '  environments.main.account',
        '    got       "1"',
        '    expected  the 12 digits of an AWS account',
        '    fix       run aws sts get-caller-identity --query Account --output text',
      ].join('\n'),
    );
  });
});
