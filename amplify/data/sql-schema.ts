/**
 * The part of the GraphQL schema that Amplify's SQL data source answers, where an environment has one: the models of
 * schema.sql.ts as the generator writes it, and who may do what with them. With names, rules and queries of your own:
 * packages/backend/docs/sql-data-source.md.
 */
import { configure } from '@aws-amplify/data-schema/internals';
import { schema as generated } from './schema.sql.js';

/** Where the data source's Lambda function gets its network interfaces. */
export interface SqlDataSourceVpcConfig {
  readonly vpcId: string;
  readonly subnets: readonly { readonly subnetId: string; readonly availabilityZone: string }[];
  /** Of the function and of the endpoint through which it reads its secrets. May be a token. */
  readonly securityGroupId: string;
}

export function sqlSchema({ vpcId, subnets, securityGroupId }: SqlDataSourceVpcConfig) {
  const { database } = generated.data.configuration;
  return (
    configure<'postgresql'>({
      database: {
        ...database,
        vpcConfig: { vpcId, securityGroupIds: [securityGroupId], subnetAvailabilityZones: [...subnets] },
        // One interface endpoint, for SSM. Without this there are five, and each costs 7.30 USD a month and zone.
        minimizeRdsVpcEndpoints: true,
      },
    })
      .schema({ ...generated.data.types })
      // What has no rule of its own is for admins: a table that the generator finds must not be open before somebody looks.
      .authorization((allow) => [allow.group('admins')])
  );
}
