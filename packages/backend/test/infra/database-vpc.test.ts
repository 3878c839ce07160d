import { DATABASES } from '@vpc-postgres/testing/support/deployments.js';
import { exampleEnvironment } from '@vpc-postgres/testing/support/environments.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { expect, test } from 'vitest';
import type { DatabaseSettings } from '../../src/configuration/database-settings.js';
import type { NetworkSettings } from '../../src/configuration/network-settings.js';
import { synthesizeStack } from './changes/synthesize-stack.js';

const database = DATABASES['created database with IAM'] as DatabaseSettings;
const deploy = (network: NetworkSettings) => synthesizeStack({ ...exampleEnvironment, network, database });

test.each<[string, NetworkSettings, vpc: unknown]>([
  ['a VPC that exists', exampleEnvironment.network, 'vpc-0a1b2c3d4e5f60718'],
  ['a created VPC', { kind: 'new' }, { Ref: expect.stringMatching(/^Vpc/) }],
])('a created database and its subnets wait for the check that it stays in %s', (_where, network, vpc) => {
  const synthesis = deploy(network);
  const check = ofType(synthesis, 'Custom::FixedSettings').find(({ id }) => id.startsWith('FixedDatabaseVpc'));

  expect(check?.properties).toMatchObject({
    Settings: [{ name: 'network.vpc', value: vpc }],
    Reason: expect.stringContaining('stays in the VPC in which it was created'),
  });
  const waiting = [...ofType(synthesis, 'AWS::RDS::DBInstance'), ...ofType(synthesis, 'AWS::RDS::DBSubnetGroup')];
  expect(waiting).toHaveLength(2);
  for (const { id, dependsOn } of waiting) expect(dependsOn, id).toContain(check?.id);
});
