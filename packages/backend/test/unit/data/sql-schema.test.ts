import { a } from '@aws-amplify/data-schema';
import { configure } from '@aws-amplify/data-schema/internals';
import { sqlSchema } from '@vpc-postgres/testing/app/amplify/data/sql-schema.js';
import { expect, test, vi } from 'vitest';

/** As the generator would write it after a migration with a new table. */
vi.mock('@vpc-postgres/testing/app/amplify/data/schema.sql.js', () => ({
  schema: configure({
    database: { engine: 'postgresql', connectionUri: { resolve: () => '', resolvePath: () => '' } },
  }).schema({
    products: a.model({ sku: a.string().required(), name: a.string() }).identifier(['sku']),
    suppliers: a.model({ id: a.string().required(), iban: a.string() }).identifier(['id']),
  }),
}));

const schema = () => sqlSchema({ vpcId: 'vpc-1', subnets: [], securityGroupId: 'sg-1' });
/** The line of a type or field, with its rules. */
const lineOf = (pattern: RegExp) => schema().transform().schema.replaceAll('\n', ' ').match(pattern)?.[0];

test('a table that nobody gave rules yet is for admins alone', () => {
  expect(lineOf(/type suppliers .*?\{ /)).toContain('@auth(rules: [{allow: groups, groups: ["admins"]}])');
});

test('every signed-in user reads the catalogue, and admins alone change it', () => {
  expect(lineOf(/type Product .*?\}\]\)/)).toMatch(
    /@auth\(rules: \[\{allow: private, operations: \[read\]\},\s+\{allow: groups, .*groups: \["admins"\]\}\]\)/,
  );
});

test('the connection is the generator’s, and the place the environment’s, with one endpoint', () => {
  const { database } = sqlSchema({
    vpcId: 'vpc-1',
    subnets: [{ subnetId: 'subnet-1', availabilityZone: 'eu-west-1a' }],
    securityGroupId: 'sg-1',
  }).data.configuration;

  expect(database).toMatchObject({
    engine: 'postgresql',
    connectionUri: expect.any(Object),
    vpcConfig: {
      vpcId: 'vpc-1',
      securityGroupIds: ['sg-1'],
      subnetAvailabilityZones: [{ subnetId: 'subnet-1', availabilityZone: 'eu-west-1a' }],
    },
    minimizeRdsVpcEndpoints: true,
  });
});
