import { describe, expect, test } from 'vitest';
import { chooseEnvironment } from '../../../amplify/configuration/choose-environment.js';
import { ConfigurationError } from '../../../amplify/configuration/configuration-error.js';
import type { Deployment, Target } from '../../../amplify/configuration/deployment.js';
import type { Environment, Environments } from '../../../amplify/configuration/environment.js';
import { environments } from '../../../amplify/environments.js';
import { exampleEnvironment, newProxyToCluster, newProxyToInstance } from '../../support/environments.js';

const UNKNOWN: Target = { account: undefined, region: undefined };
const SANDBOX: Deployment = { type: 'sandbox', name: 'alice' };
const branch = (name: string): Deployment => ({ type: 'branch', name });

function refusal(all: Environments, deployment: Deployment, target: Target = UNKNOWN): ConfigurationError {
  try {
    chooseEnvironment(all, deployment, target);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}

/** An environment `main` with one value replaced, as plain JavaScript or a cast would allow it; undefined removes it. */
function broken(path: string, value: unknown, base: Environment = exampleEnvironment): Environments {
  const main = structuredClone(base);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const parent: object = steps.reduce<object>((object, step) => Reflect.get(object, step), main);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return { main };
}

describe('which environment', () => {
  const main = exampleEnvironment;
  const sandbox = newProxyToInstance;

  test('a sandbox deploys `sandbox`, whoever owns it', () => {
    expect(chooseEnvironment({ main, sandbox }, SANDBOX, UNKNOWN)).toBe(sandbox);
    expect(chooseEnvironment({ main, sandbox }, { type: 'sandbox', name: 'main' }, UNKNOWN)).toBe(sandbox);
  });

  test.each(['branch', 'standalone'])('a %s deploys the environment of its name', (type) => {
    expect(chooseEnvironment({ main, sandbox }, { type, name: 'main' }, UNKNOWN)).toBe(main);
  });

  test('a branch without an environment is refused, naming those that exist', () => {
    const { message } = refusal({ main, sandbox }, branch('feature/x'));

    expect(message).toMatch(/^The branch "feature\/x" has no environment of that name in amplify\/environments\.ts\./);
    expect(message).toContain('"main", "sandbox"');
  });

  test('a branch named like a property of every object is refused', () => {
    expect(refusal({ main }, branch('constructor')).problems[0]?.path).toBe('environments.constructor');
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
      'environments.sandbox.network.vpcId',
      'environments.sandbox.database.name',
      'environments.sandbox.database.user',
      'environments.sandbox.database.proxy.proxyArn',
      'environments.sandbox.database.proxy.endpoint',
      'environments.sandbox.database.proxy.securityGroupId',
    ]);
    for (const { got, fix } of problems) {
      expect(got).toBe('"REPLACE_ME", still the placeholder');
      expect(fix).toMatch(/^(run aws |list the )/);
    }
  });

  test('of one environment do not stop another', () => {
    expect(chooseEnvironment(environments, branch('example'), UNKNOWN)).toBe(exampleEnvironment);
  });
});

describe('the credentials', () => {
  const EXAMPLE: Target = { account: '111122223333', region: 'eu-west-1' };

  test('of the account and region of the environment are accepted', () => {
    expect(chooseEnvironment(environments, branch('example'), EXAMPLE)).toBe(exampleEnvironment);
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

describe('a wrong value', () => {
  test.each<[string, string, unknown]>([
    ['an account of eleven digits', 'account', '11112222333'],
    ['an account that is a number', 'account', 111122223333],
    ['a zone instead of a region', 'region', 'eu-west-1a'],
    ['no network', 'network', undefined],
    ['a subnet as VPC', 'network.vpcId', 'subnet-0a1b2c3d4e5f60718'],
    ['no subnet choice', 'network.subnets', {}],
    ['two subnet choices', 'network.subnets', { type: 'isolated', ids: ['subnet-0000000a', 'subnet-0000000b'] }],
    ['an unknown type', 'network.subnets.type', 'public'],
    ['a wildcard as database user', 'database.user', '*'],
    ['an empty database name', 'database.name', ''],
    ['an unknown kind of proxy', 'database.proxy.kind', 'none'],
    [
      "a proxy's name instead of its id",
      'database.proxy.proxyArn',
      'arn:aws:rds:eu-west-1:111122223333:db-proxy:orders',
    ],
    ['an endpoint of our own', 'database.proxy.endpoint', 'db.example.com'],
    ['an endpoint with a port', 'database.proxy.endpoint', 'a.proxy-c1.eu-west-1.rds.amazonaws.com:5432'],
    ['a group name', 'database.proxy.securityGroupId', 'proxy'],
    ['a misspelt field', 'database.proxy.securtyGroup', 'sg-0d1e2f3a4b5c60798'],
  ])('%s is refused at %s, telling what stands there', (_what, path, value) => {
    const { problems } = refusal(broken(path, value), branch('main'));

    expect(problems).toEqual([
      {
        path: `environments.main.${path}`,
        got: value === undefined ? 'nothing' : JSON.stringify(value),
        expected: expect.stringMatching(/./),
        fix: expect.stringMatching(/./),
      },
    ]);
  });

  test.each<[string, string[], string, string]>([
    ['one subnet', ['subnet-0000000a'], 'network.subnets.ids', '["subnet-0000000a"]'],
    [
      'a subnet twice',
      ['subnet-0000000a', 'subnet-0000000a'],
      'network.subnets.ids',
      '["subnet-0000000a","subnet-0000000a"]',
    ],
    ['a wrong id', ['subnet-0000000a', 'subnet-B'], 'network.subnets.ids.1', '"subnet-B"'],
  ])('%s by id is refused', (_what, ids, path, got) => {
    const { problems } = refusal(broken('network.subnets', { ids }), branch('main'));

    expect(problems.map((problem) => [problem.path, problem.got])).toEqual([[`environments.main.${path}`, got]]);
  });

  test.each<[string, string, unknown]>([
    ['an unknown kind of target', 'database.proxy.target.kind', 'table'],
    [
      'an ARN as identifier',
      'database.proxy.target.instanceIdentifier',
      'arn:aws:rds:eu-west-1:111122223333:db:orders',
    ],
    ['a group name', 'database.proxy.databaseSecurityGroupId', 'database'],
    [
      'an incomplete secret ARN',
      'database.proxy.secretArn',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app',
    ],
  ])('of a new proxy, %s is refused at %s', (_what, path, value) => {
    const { problems } = refusal(broken(path, value, newProxyToInstance), branch('main'));

    expect(problems.map((problem) => problem.path)).toEqual([`environments.main.${path}`]);
  });

  test.each<[string, Environment, string, string, string[]]>([
    ['a proxy of another account', exampleEnvironment, 'account', '999999999999', ['proxyArn']],
    ['a proxy of another region', exampleEnvironment, 'region', 'eu-west-2', ['proxyArn', 'endpoint']],
    ['a secret of another region', newProxyToInstance, 'region', 'eu-west-2', ['secretArn']],
  ])('%s is refused', (_what, base, path, value, fields) => {
    const { problems } = refusal(broken(path, value, base), branch('main'));

    expect(problems.map((problem) => problem.path)).toEqual(
      fields.map((field) => `environments.main.database.proxy.${field}`),
    );
  });

  test('is reported together with every other', () => {
    const main = {
      ...exampleEnvironment,
      account: '1',
      region: 'Ireland',
      database: { ...exampleEnvironment.database, user: '' },
    };

    expect(refusal({ main }, branch('main')).problems.map(({ path }) => path)).toEqual([
      'environments.main.account',
      'environments.main.region',
      'environments.main.database.user',
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
