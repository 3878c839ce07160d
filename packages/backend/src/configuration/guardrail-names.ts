/** Names the guardrails, and describes how an environment says that it breaks one on purpose. */
import { z } from 'zod/v4';
import { areDistinct, LEAVE_OUT, type Settings, text } from './fields.js';

/** What each one means, and how it is put right: packages/backend/docs/guardrails.md. */
export const GUARDRAILS = [
  'public-subnet',
  'one-zone',
  'subnet-size',
  'network-interface-policy',
  'undeclared-function',
  'extra-network-interfaces',
  'network-connector',
  'concurrent-requests',
  'open-egress',
  'ipv6-service',
  'wildcard-connect',
  'secret-in-vpc',
  'physical-name',
  'function-timeout',
  'connection-limit',
  'data-loss',
] as const;

export type GuardrailName = (typeof GUARDRAILS)[number];

export type Acknowledgement = Settings<typeof acknowledgement>;
const acknowledgement = z
  .strictObject({
    /** The guardrail that would reject the deployment. One that rejects nothing is reported as a warning. */
    guardrail: z
      .enum(GUARDRAILS)
      .meta({ expected: `one of ${GUARDRAILS.join(', ')}`, fix: 'take the name that the refusal gave' }),
    /** Why this environment is allowed to break it, for the reviewer: a sentence of 20 characters or more. */
    reason: text(/^\s*\S[\s\S]{18,}\S\s*$/, {
      expected: 'a sentence of 20 characters or more',
      fix: 'write why this environment may break the guardrail, for the person who reviews it',
    }),
  })
  .meta({ expected: "{ guardrail: '…', reason: '…' }", fix: 'correct it' });

export const acknowledgementsSchema = z
  .array(acknowledgement)
  .refine((list) => areDistinct(list.map(({ guardrail }) => guardrail)))
  .meta({ expected: "a list of { guardrail: '…', reason: '…' }, each guardrail once", fix: LEAVE_OUT });
