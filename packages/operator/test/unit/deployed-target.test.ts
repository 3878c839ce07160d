import {
  exampleEnvironment,
  existingInstance,
  newProxyToInstance,
  proxyWithIam,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import { deployedTarget } from '../../src/deployed-target.js';

const direct = withDatabase({ server: { ...existingInstance, port: 6543 }, proxy: { kind: 'none' } });
const createdWithoutProxy = withDatabase({ server: { kind: 'new' }, proxy: { kind: 'none' } });
const created = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });

test('an existing proxy is reached at its endpoint, on the one port of every proxy', () => {
  expect(deployedTarget({ main: exampleEnvironment }, 'main', {})).toEqual({
    hostname: 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
    port: 5432,
    username: 'app',
    region: 'eu-west-1',
  });
});

test('without a proxy it is the database itself, on its own port', () => {
  expect(deployedTarget({ main: direct }, 'main', {})).toMatchObject({
    hostname: 'orders-db.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
    port: 6543,
  });
});

test('a branch has the environment that its pattern is meant for', () => {
  expect(deployedTarget({ 'feature/*': exampleEnvironment }, 'feature/login', {}).username).toBe('app');
});

test.each([
  [
    'a proxy',
    newProxyToInstance,
    /^The proxy of main is made by its deployment.* --host ENDPOINT: aws rds describe-db-proxies/,
  ],
  ['a proxy and a database', created, /^The proxy of main is made/],
  ['a database', createdWithoutProxy, /^The database of main is made by its deployment.* describe-db-instances/],
])('%s that the deployment makes has an endpoint that only AWS knows', (_what, environment, message) => {
  expect(() => deployedTarget({ main: environment }, 'main', {})).toThrow(message);
  expect(deployedTarget({ main: environment }, 'main', { host: 'made.example' }).hostname).toBe('made.example');
});
