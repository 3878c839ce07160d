/** What a month of the database and the proxy costs that an environment without either creates, before any request. */
import { estimateMonthlyCost } from '@vpc-postgres/backend/cost/monthly-cost.js';
import type { Template } from '@vpc-postgres/backend/testing/templates.js';

/** As packages/backend/src/database/created-server.ts creates it where the environment says nothing else. */
const CREATED: Template = {
  Resources: {
    Server: {
      Type: 'AWS::RDS::DBInstance',
      Properties: { DBInstanceClass: 'db.t4g.small', AllocatedStorage: '20', ManageMasterUserPassword: true },
    },
    Proxy: { Type: 'AWS::RDS::DBProxy' },
  },
};

/** @returns in USD */
export function priceOfNew(region: string): number {
  const environment = {
    network: { kind: 'new' },
    database: { name: 'app', user: 'app', server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } },
  } as const;
  return estimateMonthlyCost([CREATED], environment, region, 2).totalUsd;
}
