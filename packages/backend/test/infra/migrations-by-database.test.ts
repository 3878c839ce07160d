import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { DATABASES } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment, MIGRATOR_SECRET_ARN, SECRET_ARN } from '@vpc-postgres/testing/support/environments.js';
import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { keepTemplates } from '@vpc-postgres/testing/support/keep-templates.js';
import { onOwnStacks } from '@vpc-postgres/testing/support/own-stacks-plugin.js';
import { allowStatementsIn, ofType } from '@vpc-postgres/testing/support/templates.js';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseSettings } from '../../src/configuration/database-settings.js';
import { deploy, stepOf } from './migration-templates.js';

describe.each(sample(Object.keys(DATABASES), 5))('%s', (path) => {
  let synthesis: Synthesis;

  beforeAll(async () => {
    const database = { ...DATABASES[path], migrator: 'migrator' } as DatabaseSettings;
    const { proxy } = database;
    const withSecret =
      proxy.kind === 'new' && proxy.auth.kind === 'secret' && proxy.auth.secretArn !== undefined
        ? { proxy: { ...proxy, auth: { ...proxy.auth, migratorSecretArn: MIGRATOR_SECRET_ARN } } }
        : {};
    // Without a proxy the concurrency is bounded, and leaves a connection for this.
    const environment = {
      ...exampleEnvironment,
      database: { ...database, ...withSecret } as DatabaseSettings,
      limits: { reservedConcurrency: 20 },
    };
    synthesis = await deploy(environment, {
      prepare: (app) => Validations.of(app).addPlugins(onOwnStacks(new AwsSolutionsChecks())),
    });
    keepTemplates(synthesis);
  });

  test('the function may connect as migrator to the same place as the others, before they start', () => {
    const [serving] = allowStatementsIn(synthesis, 'function').flatMap(({ resources }) => resources);
    const migrating = allowStatementsIn(synthesis, 'networkAndDatabase')
      .filter(({ actions }) => actions.includes('rds-db:connect'))
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.endsWith('/migrator'));

    // References to other stacks differ in form.
    expect(migrating.map((resource) => resource.replace(/REF.*\//, 'REF/'))).toContain(
      serving?.replace(/REF.*\//, 'REF/').replace(/\/app$/, '/migrator'),
    );
    for (const [name, text] of synthesis.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
  });

  test('a new proxy lets both users in, and the step waits until it has its database', () => {
    const [proxy] = ofType(synthesis, 'AWS::RDS::DBProxy');
    if (proxy === undefined) return expect(path).toMatch(/existing proxy|without a proxy/);
    const statements = allowStatementsIn(synthesis, 'networkAndDatabase');

    if (path.endsWith('IAM')) {
      const users = statements
        .filter(({ actions }) => actions.includes('rds-db:connect'))
        .flatMap(({ resources }) => resources.filter((resource) => !/dbuser:REF\(.*(Proxy)/.test(resource)))
        .map((resource) => resource.split('/').at(-1));
      expect(users).toEqual(expect.arrayContaining(['app', 'migrator']));
    } else {
      const secrets = proxy.properties.Auth.map(({ SecretArn }: { SecretArn: unknown }) => SecretArn);
      expect(secrets).toEqual(
        path.startsWith('created')
          ? [{ Ref: expect.stringMatching(/^DatabaseUserSecret/) }, { Ref: expect.stringMatching(/^MigratorSecret/) }]
          : [SECRET_ARN, MIGRATOR_SECRET_ARN],
      );
    }
    expect(stepOf(synthesis).dependsOn).toContainEqual(expect.stringMatching(/^ProxyProxyTargetGroup|TargetGroup/));
  });
});
