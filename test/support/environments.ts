/** Environments for tests: the example of the repository, with parts replaced. */
import type { Environment, ProxyTargetSettings } from '../../amplify/configuration/environment.js';
import { environments } from '../../amplify/environments.js';

const { example } = environments;
if (example === undefined) throw new Error('amplify/environments.ts has no environment `example`.');

export const exampleEnvironment: Environment = example;

/** The example with a new proxy in front of an existing database. */
export function withNewProxy(target: ProxyTargetSettings): Environment {
  return {
    ...exampleEnvironment,
    database: {
      ...exampleEnvironment.database,
      proxy: {
        kind: 'new',
        target,
        databaseSecurityGroupId: 'sg-0eeeeeeeeeeeeeeee',
        secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123',
      },
    },
  };
}

export const newProxyToInstance = withNewProxy({ kind: 'instance', instanceIdentifier: 'orders-db' });
export const newProxyToCluster = withNewProxy({ kind: 'cluster', clusterIdentifier: 'orders-cluster' });
