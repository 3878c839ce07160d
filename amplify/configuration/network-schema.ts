/** The form of an environment's network. `.strictObject` everywhere: a misspelt field would be ignored in silence. */
import { z } from 'zod/v4';
import { distinct, existingSecurityGroup, oneOf, resourceId, text, wholeNumber } from './schema-values.js';

const gatewayEndpoint = z.strictObject({
  service: z.enum(['s3', 'dynamodb']),
  existing: z.boolean().optional(),
});

const interfaceEndpoint = z.strictObject({
  service: text(/^[a-z][a-z0-9.-]*[a-z0-9]$/),
  existing: existingSecurityGroup.optional(),
});

const egress = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('endpoints'),
    gateways: z.array(gatewayEndpoint).optional(),
    interfaces: z.array(interfaceEndpoint).optional(),
    zones: z.enum(['each', 'one']).optional(),
  }),
  z.strictObject({ kind: z.literal('nat'), gateways: wholeNumber(1, 2).optional() }),
]);

const tags = z.record(z.string().min(1), text(/^.{1,256}$/)).refine((record) => Object.keys(record).length > 0);

const existingNetwork = z.strictObject({
  kind: z.literal('existing'),
  vpc: oneOf({ id: resourceId('vpc').optional(), name: text(/^.{1,256}$/).optional(), tags: tags.optional() }),
  subnets: oneOf({
    type: z.enum(['isolated', 'withEgress']).optional(),
    group: text(/^.{1,256}$/).optional(),
    ids: distinct(z.array(resourceId('subnet')).min(2)).optional(),
  }),
  egress: egress.optional(),
  functionSecurityGroup: existingSecurityGroup.optional(),
});

const createdNetwork = z.strictObject({
  kind: z.literal('created'),
  cidr: text(/^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\/(1[6-9]|2[0-4])$/).optional(),
  availabilityZones: distinct(z.array(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/)).length(2)).optional(),
  egress: egress.optional(),
});

export const networkSchema = z.discriminatedUnion('kind', [existingNetwork, createdNetwork]);
