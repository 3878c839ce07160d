import { runInNewContext } from 'node:vm';
import { exampleEnvironment } from '@vpc-postgres/testing/support/environments.js';
import { sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { resourcesIn } from '@vpc-postgres/testing/support/templates.js';
import { expect, test } from 'vitest';
import type { Environment } from '../../src/configuration/environment.js';
import { SANDBOX_OF_ITS_OWN } from '../../src/configuration/sandbox-offer.js';
import { estimateMonthlyCost } from '../../src/cost/monthly-cost.js';
import { priceOfSandbox } from '../../src/cost/sandbox-price.js';

test('what a sandbox without a VPC is offered deploys as it is written, with a database that is prepared, for the price that is said', async () => {
  const { account } = exampleEnvironment;
  const offered: Partial<Environment> = structuredClone(runInNewContext(`({${SANDBOX_OF_ITS_OWN}})`));
  const environment = { account, region: 'eu-west-2', ...offered } as Environment;

  const synthesis = await synthesize(sandbox('alice'), { environments: { sandbox: environment }, bundle: false });

  const types = resourcesIn(synthesis).map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining([
      'AWS::EC2::VPC',
      'AWS::RDS::DBInstance',
      'Custom::BootstrappedDatabase',
      'Custom::MigratedDatabase',
    ]),
  );
  const templates = [...synthesis.files.values()].map((text) => JSON.parse(text));
  const { items } = estimateMonthlyCost(templates, environment, environment.region, 2);
  const ofDatabase = items.filter(({ what }) => !/requests|logs/.test(what));
  expect(ofDatabase.reduce((sum, { usd = 0 }) => sum + usd, 0)).toBeCloseTo(priceOfSandbox('eu-west-2').usd, 2);
});
