/**
 * The part of the GraphQL schema that Amplify's SQL data source answers, where an environment has one
 * (packages/backend/docs/sql-data-source.md): the models of schema.sql.ts as the generator wrote it, who may do what with them, and two queries
 * of our own.
 */
import { a } from '@aws-amplify/data-schema';
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
      .renameModels(() => [['products', 'Product']])
      // What has no rule of its own is for admins: a table that the generator finds must not be open before somebody looks.
      .authorization((allow) => [allow.group('admins')])
      // Everybody who is signed in reads the catalogue. The database knows no caller: these rules are all there is.
      .setAuthorization((models) => [
        models.Product.authorization((allow) => [
          allow.authenticated().to(['read']),
          allow.group('admins').to(['create', 'read', 'update', 'delete']),
        ]),
      ])
      // Arguments go into a statement by name, as :text. Amplify puts the statement into a text of a mapping template, where
      // ", $, # and \ mean something else: use none of them. Results are lists.
      .addToSchema({
        Price: a.customType({ currency: a.string().required(), cheapest: a.integer(), dearest: a.integer() }),

        priceRanges: a
          .query()
          .returns(a.ref('Price').array())
          .authorization((allow) => [allow.authenticated()])
          .handler(
            a.handler.inlineSql(
              'select currency, min(unit_price_cents) as cheapest, max(unit_price_cents) as dearest ' +
                'from products where available group by currency order by currency',
            ),
          ),

        searchProducts: a
          .query()
          .arguments({ text: a.string().required() })
          .returns(a.ref('Product').array())
          .authorization((allow) => [allow.authenticated()])
          // position() and not `like`, for which a caller's text would bring its own wildcards.
          .handler(a.handler.sqlReference('./sql/search-products.sql')),
      })
  );
}
