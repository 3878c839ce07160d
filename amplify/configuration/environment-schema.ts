/** The form that each value of an environment must have. What the values must have in common: consistency.ts. */
import { z } from 'zod/v4';
import { REPLACE_ME } from './environment.js';

/** `.strict()` everywhere: a misspelt field would otherwise be ignored in silence. */
const existingProxy = z.strictObject({
  kind: z.literal('existing'),
  proxyArn: text(/^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:db-proxy:prx-[0-9a-z]+$/),
  endpoint: text(/^[a-z][a-z0-9-]*(\.endpoint)?\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/),
  securityGroupId: resourceId('sg'),
});

const newProxy = z.strictObject({
  kind: z.literal('new'),
  target: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('instance'), instanceIdentifier: databaseIdentifier() }),
    z.strictObject({ kind: z.literal('cluster'), clusterIdentifier: databaseIdentifier() }),
  ]),
  databaseSecurityGroupId: resourceId('sg'),
  secretArn: text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/),
});

/** Both forms of the choice as one object: a union would hide which of the ids is wrong. */
const subnets = z
  .strictObject({
    type: z.enum(['isolated', 'withEgress']).optional(),
    ids: z
      .array(resourceId('subnet'))
      .min(2)
      .refine((ids) => new Set(ids).size === ids.length)
      .optional(),
  })
  .superRefine(({ type, ids }, context) => {
    // A list that is wrong in itself is absent here, and has been reported.
    const chosen = [type, ids].filter((choice) => choice !== undefined).length;
    if (context.issues.length === 0 && chosen !== 1) context.addIssue({ code: 'custom' });
  });

export const environmentSchema = z.strictObject({
  account: text(/^\d{12}$/),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/),
  network: z.strictObject({ vpcId: resourceId('vpc'), subnets }),
  database: z.strictObject({
    name: postgresName(),
    // A wildcard here would become a wildcard in the IAM policy that lets the function connect.
    user: postgresName(),
    proxy: z.discriminatedUnion('kind', [existingProxy, newProxy]),
  }),
});

function text(pattern: RegExp) {
  return z.string().refine((value) => value !== REPLACE_ME && pattern.test(value));
}

/** EC2 ids are 8 digits long in old resources and 17 in new ones. */
function resourceId(prefix: 'vpc' | 'subnet' | 'sg') {
  return text(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`));
}

/** 63 bytes is PostgreSQL's own limit (NAMEDATALEN). */
function postgresName() {
  return text(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/);
}

function databaseIdentifier() {
  return text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/);
}
