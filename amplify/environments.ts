/**
 * Which network and which database each deployment uses. `npx ampx sandbox` deploys `sandbox`; a branch in Amplify Hosting
 * deploys the environment of its name, so add `main`, `staging` and so on next to it. Hover over a field for its meaning;
 * `npm run synth -- --environment sandbox` prints the command that finds each missing value. Recipes for other networks and
 * databases: docs/environments.md. Nothing here is secret.
 */
import type { Environments } from '@vpc-postgres/backend/configuration/environment.js';

export const environments: Environments = {
  /** Your own account's development VPC and database, shared by every developer's sandbox. */
  sandbox: {
    account: 'REPLACE_ME',
    region: 'REPLACE_ME',
    network: {
      kind: 'existing',
      vpc: { id: 'REPLACE_ME' },
      // 'withEgress' where their route tables lead to a NAT gateway, as in many company VPCs.
      subnets: { type: 'isolated' },
    },
    database: {
      name: 'REPLACE_ME',
      user: 'REPLACE_ME',
      // Once packages/lambda/src/database/bootstrap.sql has been run, a deployment may migrate: docs/migrations.md.
      // migrator: 'migrator',
      proxy: {
        kind: 'existing',
        proxyArn: 'REPLACE_ME',
        endpoint: 'REPLACE_ME',
        securityGroup: { id: 'REPLACE_ME', rules: 'add' },
      },
    },
  },

  /** A complete example, for the tests, the documentation and `npm run synth`. Its VPC is pinned in cdk.context.json. */
  example: {
    account: '111122223333',
    region: 'eu-west-1',
    network: {
      kind: 'existing',
      vpc: { id: 'vpc-0a1b2c3d4e5f60718' },
      subnets: { type: 'isolated' },
    },
    database: {
      name: 'app',
      user: 'app',
      migrator: 'migrator',
      proxy: {
        kind: 'existing',
        proxyArn: 'arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123456789abcdef0',
        endpoint: 'app.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
        securityGroup: { id: 'sg-0d1e2f3a4b5c60798', rules: 'add' },
      },
    },
    limits: { reservedConcurrency: 50 },
  },
};
